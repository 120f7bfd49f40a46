//! A warehouse: Redshift in its two forms, or PostgreSQL. Its reference is a URI that says which.

use serde_json::{Value, json};

use crate::{Grant, Kind, Load, Ref, Statement};

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
    },
    Redshift {
        cluster: Value,
        database: Value,
        /// As above; the cluster has to have it.
        role: Value,
        sign_in: SignIn,
    },
    Postgres {
        host: Value,
        port: Value,
        database: Value,
        /// The ARN of a secret with `username` and `password`.
        secret: Value,
    },
}

/// How to sign in to a cluster.
#[derive(Debug, Clone, PartialEq)]
pub enum SignIn {
    /// The ARN of a secret with `username` and `password`.
    Secret(Value),
    /// A user of the database, for whom Redshift gives out passwords that last minutes.
    User(Value),
}

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
        WarehouseParts::RedshiftServerless { workgroup, database, role, .. } => json!({ "Fn::Sub": [
            "redshift-serverless://${Workgroup}/${Database}?role=${Role}",
            { "Workgroup": workgroup, "Database": database, "Role": role },
        ] }),
        WarehouseParts::Redshift { cluster, database, role, sign_in } => {
            let (key, value) = match sign_in {
                SignIn::Secret(secret) => ("secret", secret),
                SignIn::User(user) => ("user", user),
            };
            json!({ "Fn::Sub": [
                format!("redshift://${{Cluster}}/${{Database}}?role=${{Role}}&{key}=${{SignIn}}"),
                { "Cluster": cluster, "Database": database, "Role": role, "SignIn": value },
            ] })
        }
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
            WarehouseParts::RedshiftServerless { arn, .. } => {
                vec![run(arn.clone()), follow(), Statement::allow(&["redshift-serverless:GetCredentials"], arn.clone())]
            }
            WarehouseParts::Redshift { cluster, database, sign_in, .. } => {
                vec![
                    run(of_cluster("cluster:${Cluster}", cluster, database, &Value::Null)),
                    follow(),
                    match sign_in {
                        SignIn::Secret(secret) => read_secret(secret),
                        SignIn::User(user) => Statement::allow(
                            &["redshift:GetClusterCredentials"],
                            json!([
                                of_cluster("dbname:${Cluster}/${Database}", cluster, database, &Value::Null),
                                of_cluster("dbuser:${Cluster}/${User}", cluster, &Value::Null, user),
                            ]),
                        ),
                    },
                ]
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

fn of_cluster(resource: &str, cluster: &Value, database: &Value, user: &Value) -> Value {
    let names = [("Cluster", cluster), ("Database", database), ("User", user)];
    let names: serde_json::Map<String, Value> = names
        .into_iter()
        .filter(|(name, _)| resource.contains(&format!("${{{name}}}")))
        .map(|(name, value)| (name.to_owned(), value.clone()))
        .collect();
    json!({ "Fn::Sub": [
        format!("arn:${{AWS::Partition}}:redshift:${{AWS::Region}}:${{AWS::AccountId}}:{resource}"),
        names,
    ] })
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
        let [database, role] = [json!("warehouse"), json!({ "Fn::GetAtt": ["CopyRole", "Arn"] })];
        let serverless = WarehouseParts::RedshiftServerless {
            workgroup: json!({ "Ref": "Workgroup" }),
            arn: json!({ "Fn::GetAtt": ["Workgroup", "Workgroup.WorkgroupArn"] }),
            database: database.clone(),
            role: role.clone(),
        };
        assert!(actions(serverless).contains(&"redshift-serverless:GetCredentials"));
        let cluster = |sign_in| WarehouseParts::Redshift {
            cluster: json!({ "Ref": "Cluster" }),
            database: database.clone(),
            role: role.clone(),
            sign_in,
        };
        let by_user = cluster(SignIn::User(json!("loader")));
        let statements = Load::<Warehouse>::statements(&Ref::warehouse(by_user));
        assert_eq!(
            statements[2].resource[1]["Fn::Sub"],
            json!([
                "arn:${AWS::Partition}:redshift:${AWS::Region}:${AWS::AccountId}:dbuser:${Cluster}/${User}",
                { "Cluster": { "Ref": "Cluster" }, "User": "loader" },
            ])
        );
        let by_secret = cluster(SignIn::Secret(json!("arn:secret")));
        assert!(actions(by_secret).contains(&"secretsmanager:GetSecretValue"));
    }
}
