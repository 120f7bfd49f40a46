//! A warehouse: Redshift in its two forms, or PostgreSQL. Its reference is a URI that says which.

use serde_json::{Value, json};

use crate::{AssetFile, Grant, Kind, Load, Ref, Statement};

/// A database that tables are loaded into.
pub enum Warehouse {}

/// What makes a warehouse. The values are what `Ref`, `Fn::GetAtt` and `Fn::ImportValue` give.
#[derive(Debug, Clone, PartialEq)]
pub enum WarehouseParts {
    RedshiftServerless {
        /// The workgroup's name, and its ARN.
        workgroup: Value,
        arn: Value,
        database: Value,
        /// The ARN of the role in which Redshift itself reads the files. The namespace has to have it.
        role: Value,
        /// The ARN of a secret with `username` and `password`.
        secret: Value,
    },
    Redshift {
        cluster: Value,
        database: Value,
        /// As above; the cluster has to have it.
        role: Value,
        /// As above.
        secret: Value,
    },
    Postgres {
        host: Value,
        port: Value,
        database: Value,
        /// The ARN of a secret with `username` and `password`.
        secret: Value,
    },
}

/// The roots of the certificates of RDS, unless a stage brings its own.
pub const AUTHORITIES: &str = include_str!("../authorities/rds.pem");

/// The name of their file in the function's archive.
pub const AUTHORITIES_FILE: AssetFile = AssetFile::shipped("rds.pem");

impl Kind for Warehouse {
    type Part = WarehouseParts;
    fn arn(at: &Ref<Self>) -> Value {
        at.reference()
    }
}

impl Ref<Warehouse> {
    pub fn warehouse(parts: WarehouseParts) -> Self {
        Self::composed(uri(&parts), parts)
    }

    pub fn parts(&self) -> &WarehouseParts {
        self.part()
    }
}

fn uri(parts: &WarehouseParts) -> Value {
    match parts {
        WarehouseParts::RedshiftServerless { workgroup, database, role, secret, .. } => json!({ "Fn::Sub": [
            "redshift-serverless://${Workgroup}/${Database}?role=${Role}&secret=${Secret}",
            { "Workgroup": workgroup, "Database": database, "Role": role, "Secret": secret },
        ] }),
        WarehouseParts::Redshift { cluster, database, role, secret } => json!({ "Fn::Sub": [
            "redshift://${Cluster}/${Database}?role=${Role}&secret=${Secret}",
            { "Cluster": cluster, "Database": database, "Role": role, "Secret": secret },
        ] }),
        WarehouseParts::Postgres { host, port, database, secret } => json!({ "Fn::Sub": [
            "postgres://${Host}:${Port}/${Database}?secret=${Secret}",
            { "Host": host, "Port": port, "Database": database, "Secret": secret },
        ] }),
    }
}

impl Grant for Load<Warehouse> {
    type On = Warehouse;
    fn statements(on: &Ref<Warehouse>) -> Vec<Statement> {
        match on.parts() {
            WarehouseParts::RedshiftServerless { arn, secret, .. } => {
                vec![run(arn.clone()), follow(), read_secret(secret)]
            }
            WarehouseParts::Redshift { cluster, secret, .. } => {
                let arn = "arn:${AWS::Partition}:redshift:${AWS::Region}:${AWS::AccountId}:cluster:${Cluster}";
                vec![run(json!({ "Fn::Sub": [arn, { "Cluster": cluster }] })), follow(), read_secret(secret)]
            }
            WarehouseParts::Postgres { secret, .. } => vec![read_secret(secret)],
        }
    }
}

fn run(on: Value) -> Statement {
    Statement::allow(&["redshift-data:BatchExecuteStatement", "redshift-data:ExecuteStatement"], on)
}

/// These know no resources; they are for whoever ran the statement.
fn follow() -> Statement {
    let actions =
        &["redshift-data:CancelStatement", "redshift-data:DescribeStatement", "redshift-data:GetStatementResult"];
    let own = json!({ "StringEquals": { "redshift-data:statement-owner-iam-userid": "${aws:userid}" } });
    Statement::allow(actions, json!("*")).when(own)
}

fn read_secret(secret: &Value) -> Statement {
    Statement::allow(&["secretsmanager:GetSecretValue"], secret.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actions(parts: WarehouseParts) -> Vec<&'static str> {
        let statements = Load::<Warehouse>::statements(&Ref::warehouse(parts));
        statements.into_iter().flat_map(|statement| statement.action).collect()
    }

    #[test]
    fn postgres_reads_its_secret_and_nothing_else() {
        let parts = WarehouseParts::Postgres {
            host: json!({ "Fn::GetAtt": ["Database", "Endpoint.Address"] }),
            port: json!({ "Fn::GetAtt": ["Database", "Endpoint.Port"] }),
            database: json!("warehouse"),
            secret: json!({ "Fn::ImportValue": "millrace-dev-data-sources:DatabaseSecret" }),
        };
        let wire = serde_json::to_value(Ref::warehouse(parts.clone()).grant::<Load<Warehouse>>()).unwrap();
        assert_eq!(wire["value"]["Fn::Sub"][0], "postgres://${Host}:${Port}/${Database}?secret=${Secret}");
        assert_eq!(wire["value"]["Fn::Sub"][1]["Host"], json!({ "Fn::GetAtt": ["Database", "Endpoint.Address"] }));
        assert_eq!(
            wire["statements"][0]["Resource"],
            json!({ "Fn::ImportValue": "millrace-dev-data-sources:DatabaseSecret" })
        );
        assert_eq!(actions(parts), ["secretsmanager:GetSecretValue"]);
    }

    #[test]
    fn redshift_is_run_by_name_and_followed_by_whoever_ran_it() {
        let [database, role, secret] = [json!("warehouse"), json!("arn:role"), json!("arn:secret")];
        let serverless = WarehouseParts::RedshiftServerless {
            workgroup: json!({ "Ref": "Workgroup" }),
            arn: json!({ "Fn::GetAtt": ["Workgroup", "Workgroup.WorkgroupArn"] }),
            database: database.clone(),
            role: role.clone(),
            secret: secret.clone(),
        };
        let cluster = WarehouseParts::Redshift { cluster: json!({ "Ref": "Cluster" }), database, role, secret };
        for parts in [serverless, cluster] {
            let statements = Load::<Warehouse>::statements(&Ref::warehouse(parts.clone()));
            assert_ne!(statements[0].resource, json!("*"));
            assert!(statements[1].condition.is_some(), "{parts:?}");
            assert_eq!(statements[2].resource, json!("arn:secret"));
            assert!(actions(parts).contains(&"redshift-data:BatchExecuteStatement"));
        }
    }
}
