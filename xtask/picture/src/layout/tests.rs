use super::*;
use proptest::prelude::*;

fn graph() -> impl Strategy<Value = (Vec<Size>, Vec<(usize, usize)>)> {
    (1_usize..24).prop_flat_map(|nodes| {
        let size = (40_u32..300, 30_u32..120).prop_map(|(width, height)| Size { width, height });
        let arrow = (0..nodes, 0..nodes);
        (prop::collection::vec(size, nodes), prop::collection::vec(arrow, 0..nodes * 2))
    })
}

fn boxes(number: usize) -> Vec<Size> {
    vec![Size { width: 100, height: 40 }; number]
}

proptest! {
    #[test]
    fn no_boxes_meet_and_all_is_within((sizes, arrows) in graph()) {
        let drawn = layout(&sizes, &arrows);
        prop_assert_eq!(drawn.boxes.len(), sizes.len());
        for (number, place) in drawn.boxes.iter().enumerate() {
            prop_assert!(place.width >= sizes[number].width && place.height >= sizes[number].height);
            prop_assert!(place.right() <= drawn.width && place.bottom() <= drawn.height);
            for other in &drawn.boxes[..number] {
                prop_assert!(!place.meets(other), "{place:?} meets {other:?}");
            }
        }
    }

    /// A level stretch that passes a column is clear of every box; curves run only where no box is.
    #[test]
    fn no_arrow_crosses_a_box((sizes, arrows) in graph()) {
        let drawn = layout(&sizes, &arrows);
        prop_assert_eq!(drawn.routes.len(), arrows.len());
        for (route, (from, to)) in drawn.routes.iter().zip(&arrows) {
            let Some(route) = route else {
                prop_assert_eq!(from, to);
                continue;
            };
            let touches = |place: &Place, (x, y): (u32, u32)| (x == place.x || x == place.right()) && y >= place.y && y <= place.bottom();
            prop_assert!(touches(&drawn.boxes[*from], route.points[0]));
            prop_assert!(touches(&drawn.boxes[*to], route.points[route.points.len() - 1]));
            for (number, pair) in route.points.windows(2).enumerate() {
                let (left, right) = (pair[0].0.min(pair[1].0), pair[0].0.max(pair[1].0));
                for place in &drawn.boxes {
                    if number % 2 == 0 {
                        prop_assert!(place.right() <= left || place.x >= right, "a curve over {place:?}");
                    } else {
                        prop_assert_eq!(pair[0].1.abs_diff(pair[1].1), 0, "not level");
                        let beside = place.right() <= left || place.x >= right;
                        prop_assert!(beside || pair[0].1 < place.y || pair[0].1 > place.bottom(), "a line over {place:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn arrows_run_to_the_right_unless_they_close_a_circle((sizes, arrows) in graph()) {
        let drawn = layout(&sizes, &arrows);
        for (route, (from, to)) in drawn.routes.iter().zip(&arrows) {
            let Some(route) = route else { continue };
            let goes_right = drawn.boxes[*from].right() < drawn.boxes[*to].x;
            prop_assert_eq!(route.is_back, !goes_right);
        }
        let ordered: Vec<_> = arrows.iter().copied().filter(|(from, to)| from < to).collect();
        prop_assert!(layout(&sizes, &ordered).routes.iter().flatten().all(|route| !route.is_back));
    }

    #[test]
    fn the_same_graph_is_the_same_picture((sizes, arrows) in graph()) {
        prop_assert_eq!(layout(&sizes, &arrows), layout(&sizes, &arrows));
    }
}

#[test]
fn what_could_cross_is_untangled() {
    let drawn = layout(&boxes(4), &[(0, 3), (1, 2)]);
    let y = |node: usize| drawn.boxes[node].y;
    assert_eq!(y(0) < y(1), y(3) < y(2));
}

#[test]
fn a_chain_is_level_and_nothing_is_empty() {
    let drawn = layout(&boxes(3), &[(0, 1), (1, 2)]);
    assert!(drawn.boxes.iter().all(|place| place.y == 0));
    assert_eq!(layout(&[], &[]), Layout::default());
}
