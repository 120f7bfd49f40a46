//! A Data API in memory: batches begin once for each token, run for some looks, and end as the test wants.

#![expect(clippy::disallowed_types, reason = "the client that answers what a test wants")]

use aws_sdk_redshiftdata::{
    Client,
    config::retry::RetryConfig,
    operation::{
        batch_execute_statement::{
            BatchExecuteStatementError, BatchExecuteStatementInput, BatchExecuteStatementOutput,
        },
        cancel_statement::CancelStatementOutput,
        describe_statement::{DescribeStatementError, DescribeStatementOutput},
        get_statement_result::GetStatementResultOutput,
    },
    types::{Field, StatementStatusString, StatusString, SubStatementData},
};
use aws_smithy_mocks::{MockResponse, RuleMode, mock, mock_client};
use runtime::testing::Watch;
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use warehouse::{Place, Redshift, Target};

use crate::bench::load_of;

pub(super) const ROLE: &str = "arn:aws:iam::123456789012:role/copy";

/// How a batch ends.
#[derive(Debug, Clone)]
pub(super) enum End {
    /// Its last statement selects this.
    Rows(Option<i64>),
    /// The statement that begins so fails with these words.
    Fails(&'static str, &'static str),
    /// Its last statement selects what is wrong with a file.
    Detail(i64, &'static str, &'static str),
    Never,
}

/// What goes wrong with a call, the next one of its kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Upset {
    Lost,
    Throttled,
    Denied,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) batches: Vec<BatchExecuteStatementInput>,
    pub(super) ends: VecDeque<End>,
    ended: Vec<End>,
    pub(super) begin: VecDeque<Upset>,
    pub(super) look: VecDeque<Upset>,
    pub(super) looks: usize,
    pub(super) calls: usize,
    pub(super) cancelled: Vec<String>,
}

pub(super) type Shared = Arc<Mutex<State>>;

pub(super) fn state(ends: &[End]) -> Shared {
    Arc::new(Mutex::new(State { ends: ends.iter().cloned().collect(), ..State::default() }))
}

fn index(id: &str) -> usize {
    id.split(':').next().unwrap().parse().unwrap()
}

pub(super) fn client(state: &Shared) -> Client {
    let on = Arc::clone(state);
    let begin = mock!(Client::batch_execute_statement).then_compute_response(move |input| {
        let mut state = on.lock().unwrap();
        state.calls += 1;
        let upset = state.begin.pop_front();
        let metadata = |code: &str| {
            let metadata = aws_sdk_redshiftdata::error::ErrorMetadata::builder().code(code).message("so it is").build();
            MockResponse::Error(BatchExecuteStatementError::generic(metadata))
        };
        match upset {
            Some(Upset::Throttled) => return metadata("ThrottlingException"),
            Some(Upset::Denied) => return metadata("AccessDeniedException"),
            _ => {}
        }
        let known = state.batches.iter().position(|batch| batch.client_token == input.client_token);
        let id = known.unwrap_or_else(|| {
            state.batches.push(input.clone());
            let end = state.ends.pop_front().expect("no further batch");
            state.ended.push(end);
            state.batches.len() - 1
        });
        match upset {
            Some(Upset::Lost) => metadata("InternalServerException"),
            _ => MockResponse::Output(BatchExecuteStatementOutput::builder().id(id.to_string()).build()),
        }
    });
    let on = Arc::clone(state);
    let look = mock!(Client::describe_statement).then_compute_response(move |input| {
        let mut state = on.lock().unwrap();
        state.looks += 1;
        if let Some(upset) = state.look.pop_front() {
            let code =
                if matches!(upset, Upset::Throttled) { "ThrottlingException" } else { "InternalServerException" };
            let metadata = aws_sdk_redshiftdata::error::ErrorMetadata::builder().code(code).build();
            return MockResponse::Error(DescribeStatementError::generic(metadata));
        }
        let id = input.id.clone().unwrap();
        let output = DescribeStatementOutput::builder().id(&id);
        let status = match &state.ended[index(&id)] {
            End::Never => output.status(StatusString::Started),
            _ if !state.looks.is_multiple_of(3) => output.status(StatusString::Picked),
            End::Fails(begins, said) => failed(output, &state.batches[index(&id)], begins, said),
            _ => output.status(StatusString::Finished),
        };
        MockResponse::Output(status.build().unwrap())
    });
    let on = Arc::clone(state);
    let result = mock!(Client::get_statement_result).then_compute_output(move |input| {
        let state = on.lock().unwrap();
        let id = input.id.clone().unwrap();
        let (batch, statement) = (index(&id), id.split(':').nth(1).unwrap().parse::<usize>().unwrap());
        assert_eq!(statement, state.batches[batch].sqls().len(), "the last statement is what selects");
        let rows = match &state.ended[batch] {
            End::Rows(rows) => rows.iter().map(|rows| vec![Field::LongValue(*rows)]).collect(),
            End::Detail(line, column, why) => vec![vec![
                Field::LongValue(*line),
                Field::StringValue(format!("{column}   ")),
                Field::StringValue(format!("{why}      ")),
            ]],
            other => panic!("{other:?} has no result"),
        };
        GetStatementResultOutput::builder().set_records(Some(rows)).build().unwrap()
    });
    let on = Arc::clone(state);
    let cancel = mock!(Client::cancel_statement).then_compute_output(move |input| {
        on.lock().unwrap().cancelled.push(input.id.clone().unwrap());
        CancelStatementOutput::builder().status(true).build()
    });
    mock_client!(aws_sdk_redshiftdata, RuleMode::MatchAny, [&begin, &look, &result, &cancel], |config| {
        config.retry_config(RetryConfig::disabled())
    })
}

type Described = aws_sdk_redshiftdata::operation::describe_statement::builders::DescribeStatementOutputBuilder;

fn failed(output: Described, batch: &BatchExecuteStatementInput, begins: &str, said: &str) -> Described {
    let mut output = output.status(StatusString::Failed).error("the batch failed");
    let which = batch.sqls().iter().position(|sql| sql.starts_with(begins)).expect("the statement that fails");
    for (number, _) in batch.sqls().iter().enumerate() {
        let sub = SubStatementData::builder().id(number.to_string());
        let sub = match number.cmp(&which) {
            std::cmp::Ordering::Less => sub.status(StatementStatusString::Finished),
            std::cmp::Ordering::Equal => sub.status(StatementStatusString::Failed).error(said),
            std::cmp::Ordering::Greater => sub.status(StatementStatusString::Aborted),
        };
        output = output.sub_statements(sub.build().unwrap());
    }
    output
}

pub(super) type Clocked = Redshift<Watch, fn() -> String>;

pub(super) fn warehouse(state: &Shared, place: Place) -> Clocked {
    let (database, role) = ("warehouse".to_owned(), ROLE.to_owned());
    let clock: fn() -> String = || "2017-07-14T15:00:00Z".to_owned();
    Redshift::new(client(state), place, database, role, Duration::from_mins(1), Watch::default(), clock)
}

pub(super) fn serverless() -> Place {
    Place::Serverless { workgroup: "wg".to_owned(), secret: secret() }
}

/// Only a granted handle can name one.
pub(super) fn secret() -> runtime::SecretName {
    let named = contract::Handle::<contract::Load<contract::Warehouse>>::named("redshift://c/d?role=r&secret=arn:s");
    match runtime::Loadable::place(&named) {
        Ok(runtime::WarehousePlace::Redshift { secret, .. }) => secret,
        other => panic!("{other:?}"),
    }
}

/// A load of flats through the fake, of a file with this text.
pub(super) fn load(state: &Shared, text: &str) -> Result<warehouse::Loaded, warehouse::LoadError> {
    crate::bench::load(&warehouse(state, serverless()), &load_of(Target::Flats, 16, "v1"), text)
}
