//! A function that reads a queue, with everything around it in memory.

use contract::QueueEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::{Dice, MemoryNotices, MemoryObjects, Upsets, deliver, queue_event, received, run};
use crate::{Answer, Handler, QueueResponse, Told};

/// What was written where.
pub type Written = BTreeMap<String, Vec<u8>>;

pub struct QueueBench<H> {
    pub function: H,
    pub objects: Rc<MemoryObjects>,
    pub notices: Rc<MemoryNotices>,
    pub upsets: Rc<Upsets>,
}

impl<H: Handler<QueueEvent, Response = QueueResponse>> QueueBench<H> {
    /// # Panics
    /// If the function fails as a whole.
    pub fn invoke(&self, told: &[Told]) -> Answer<QueueResponse> {
        run(self.function.handle(queue_event(told))).expect("a function of a queue answers")
    }

    /// The same with messages that are handed out so many times.
    ///
    /// # Panics
    /// As above.
    pub fn invoke_again(&self, told: &[Told], times: &[usize]) -> Answer<QueueResponse> {
        run(self.function.handle(received(queue_event(told), times))).expect("a function of a queue answers")
    }

    /// What was written, without the sources.
    pub fn written(&self) -> Written {
        self.objects.all().into_iter().filter(|(uri, _)| uri.starts_with("s3://out/")).collect()
    }

    /// Delivers until everything is settled or given up. What is settled has been written as an undisturbed run writes
    /// it, which `expected` tells by object; what is given up was told, and nothing else.
    ///
    /// # Panics
    /// If it is otherwise.
    pub fn deliver_all(&self, tolds: &[Told], expected: &BTreeMap<String, Written>, tries: usize, dice: Dice) {
        let uri = |message: &usize| tolds[*message].uri();
        let mut unheard: BTreeSet<String> = BTreeSet::new();
        let given_up = deliver(
            tolds.len(),
            tries,
            30,
            dice,
            || self.upsets.end(),
            |batch| {
                let batch_tolds: Vec<Told> = batch.iter().map(|one| tolds[one.message].clone()).collect();
                let times: Vec<usize> = batch.iter().map(|one| one.time).collect();
                let answer = self.invoke_again(&batch_tolds, &times);
                assert_eq!(answer.counts.input, answer.counts.out + answer.counts.dropped + answer.counts.rejected);
                if self.upsets.take_crash() {
                    unheard.extend(batch.iter().filter(|one| one.time == tries).map(|one| uri(&one.message)));
                    return None;
                }
                let place = |id: &str| id.strip_prefix("message-")?.parse::<usize>().ok();
                let failed: BTreeSet<usize> = answer.response.failed().filter_map(place).collect();
                let written = self.written();
                let mut again = Vec::new();
                for (at, one) in batch.iter().enumerate() {
                    if failed.contains(&at) {
                        again.push(one.message);
                        continue;
                    }
                    for (uri, body) in &expected[&uri(&one.message)] {
                        assert_eq!(written.get(uri), Some(body), "{uri} is settled and not written");
                    }
                }
                Some(again)
            },
        );
        let all: BTreeMap<_, _> = expected.values().flatten().collect();
        let written = self.written();
        assert!(written.iter().all(|(uri, body)| all.get(uri) == Some(&body)), "something else was written");
        assert!(written.len() == all.len() || !given_up.is_empty(), "something is missing");
        let (given_up, told): (BTreeSet<_>, _) = (given_up.iter().map(uri).collect(), self.notices.objects());
        assert!(told.is_subset(&given_up), "somebody was told of what was settled");
        assert!(given_up.iter().all(|uri| told.contains(uri) || unheard.contains(uri)), "nobody was told");
        assert_eq!(self.objects.changed(), [""; 0], "something was overwritten with something else");
    }
}
