//! Which actions are asked of a resource that a policy can name, as AWS's service authorization reference says.

use crate::iam::fits_action;
use crate::rules::glob::meet;

/// Actions that are known to take a resource, by service, in lower case. What is not here is not judged: a list of what
/// takes none would never be whole.
const TAKING: [(&str, &str); 44] = [
    ("aoss", "apiaccessall"),
    ("athena", "startqueryexecution stopqueryexecution getqueryexecution getqueryresults getworkgroup getnamedquery"),
    ("batch", "submitjob"),
    ("bedrock", "invokemodel*"),
    (
        "cloudformation",
        "createstack updatestack deletestack createchangeset executechangeset deletechangeset setstackpolicy",
    ),
    ("cloudfront", "createinvalidation"),
    ("cloudwatch", "putmetricalarm deletealarms disablealarmactions setalarmstate"),
    ("codebuild", "startbuild stopbuild"),
    ("dms", "startreplicationtask stopreplicationtask deletereplicationtask modifyreplicationtask"),
    (
        "dynamodb",
        "getitem putitem updateitem deleteitem batchgetitem batchwriteitem query scan conditioncheckitem partiql* getrecords \
         getsharditerator describestream describetable createtable updatetable deletetable exporttabletopointintime",
    ),
    ("ec2", "runinstances startinstances stopinstances terminateinstances rebootinstances"),
    (
        "ecr",
        "batchgetimage getdownloadurlforlayer batchchecklayeravailability putimage batchdeleteimage uploadlayerpart",
    ),
    ("ecs", "runtask starttask stoptask describetasks updateservice deleteservice executecommand"),
    ("elasticfilesystem", "clientmount clientwrite clientrootaccess"),
    ("elasticmapreduce", "addjobflowsteps terminatejobflows"),
    ("es", "eshttp*"),
    ("events", "putevents putrule puttargets deleterule removetargets enablerule disablerule describerule"),
    ("execute-api", "invoke manageconnections"),
    ("firehose", "putrecord putrecordbatch describedeliverystream updatedestination deletedeliverystream"),
    (
        "glue",
        "startjobrun getjobrun getjobruns batchstopjobrun gettable gettables getdatabase getpartition getpartitions createtable \
         updatetable deletetable createpartition batchcreatepartition batchdeletepartition updatepartition startcrawler",
    ),
    (
        "iam",
        "passrole createrole deleterole getrole updaterole updateassumerolepolicy attachrolepolicy detachrolepolicy \
         putrolepolicy deleterolepolicy createpolicy createpolicyversion setdefaultpolicyversion createuser createaccesskey \
         addusertogroup attachuserpolicy putuserpolicy attachgrouppolicy putgrouppolicy createloginprofile",
    ),
    ("kafka-cluster", "connect readdata writedata createtopic deletetopic altertopic altergroup"),
    (
        "kinesis",
        "putrecord putrecords getrecords getsharditerator listshards describestream describestreamsummary subscribetoshard \
         createstream deletestream updateshardcount splitshard mergeshards addtagstostream removetagsfromstream \
         listtagsforstream",
    ),
    (
        "kms",
        "decrypt encrypt generatedatakey* reencrypt* describekey creategrant schedulekeydeletion disablekey putkeypolicy sign \
         verify generatemac verifymac",
    ),
    (
        "lambda",
        "invokefunction invokeasync invokefunctionurl getfunction* createfunction updatefunction* deletefunction addpermission \
         removepermission publishversion createalias updatealias",
    ),
    (
        "logs",
        "createloggroup createlogstream putlogevents getlogevents filterlogevents describelogstreams startquery \
         putretentionpolicy deleteloggroup deletelogstream putsubscriptionfilter",
    ),
    ("rds", "startdbinstance stopdbinstance rebootdbinstance deletedbinstance modifydbinstance createdbsnapshot"),
    ("rds-data", "executestatement batchexecutestatement begintransaction committransaction rollbacktransaction"),
    ("rds-db", "connect"),
    ("redshift", "getclustercredentials* deletecluster modifycluster pausecluster resumecluster"),
    ("redshift-data", "executestatement batchexecutestatement"),
    ("redshift-serverless", "getcredentials"),
    ("route53", "changeresourcerecordsets"),
    (
        "s3",
        "getobject* putobject* deleteobject* restoreobject abortmultipartupload listmultipartuploadparts createbucket \
         deletebucket* listbucket listbucketversions listbucketmultipartuploads getbucket* putbucket* putlifecycleconfiguration \
         putencryptionconfiguration putreplicationconfiguration",
    ),
    ("sagemaker", "invokeendpoint*"),
    ("scheduler", "createschedule updateschedule deleteschedule getschedule"),
    (
        "secretsmanager",
        "getsecretvalue putsecretvalue describesecret createsecret updatesecret* deletesecret rotatesecret putresourcepolicy",
    ),
    ("ses", "sendemail sendrawemail sendtemplatedemail"),
    ("sns", "publish subscribe createtopic deletetopic settopicattributes gettopicattributes addpermission"),
    (
        "sqs",
        "sendmessage receivemessage deletemessage changemessagevisibility getqueueattributes setqueueattributes getqueueurl \
         purgequeue createqueue deletequeue addpermission",
    ),
    ("ssm", "getparameter getparameters getparametersbypath putparameter deleteparameter* sendcommand startsession"),
    (
        "states",
        "startexecution startsyncexecution stopexecution describeexecution getexecutionhistory updatestatemachine deletestatemachine",
    ),
    ("sts", "assumerole"),
    ("timestream", "writerecords select"),
];

/// Actions that take no resource: `*` is all that can be written.
const WITHOUT: [&str; 22] = [
    "application-autoscaling:Describe*",
    "athena:List*",
    "autoscaling:Describe*",
    "cloudwatch:GetMetric*",
    "cloudwatch:ListMetrics",
    "cloudwatch:PutMetricData",
    "dms:Describe*",
    "dynamodb:ListTables",
    "ec2:*NetworkInterface*",
    "ec2:*PrivateIpAddresses",
    "ec2:Describe*",
    "ecr:GetAuthorizationToken",
    "kinesis:ListStreams",
    "kms:List*",
    "lambda:ListFunctions",
    "logs:*LogDeliver*",
    "logs:*ResourcePolic*",
    "logs:DescribeLogGroups",
    "s3:ListAllMyBuckets",
    "sts:GetCallerIdentity",
    "tag:GetResources",
    "xray:*",
];

/// Whether an action, or one that its stars stand for, is asked of a resource; none where that is not known.
pub(super) fn takes_a_resource(action: &str) -> Option<bool> {
    let action = action.to_lowercase();
    let (service, name) = action.split_once(':').unwrap_or((&action, "*"));
    let known = TAKING.iter().filter(|(of, _)| meet(service, of));
    if known.flat_map(|(_, actions)| actions.split_whitespace()).any(|taking| meet(name, taking)) {
        return Some(true);
    }
    WITHOUT.iter().any(|pattern| fits_action(pattern, &action)).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::takes_a_resource;

    /// Of each of these nothing but `*` can be written, or it is doubtful.
    const NEVER: &str = "cloudformation:ValidateTemplate cloudformation:ListStacks cloudformation:ListExports \
        lambda:CreateEventSourceMapping lambda:ListEventSourceMappings lambda:GetAccountSettings dynamodb:DescribeLimits \
        dynamodb:DescribeEndpoints dynamodb:ListStreams sqs:ListQueues sns:ListTopics s3:GetAccountPublicAccessBlock \
        s3:ListAllMyBuckets kms:CreateKey kms:GenerateRandom kms:ListAliases ecr:GetAuthorizationToken \
        ecr-public:GetAuthorizationToken ecs:DescribeTaskDefinition ecs:DeregisterTaskDefinition ecs:ListTaskDefinitions \
        ecs:ListClusters logs:GetQueryResults logs:StopQuery states:ListStateMachines states:SendTaskSuccess \
        events:TestEventPattern events:ListEventBuses redshift-data:DescribeStatement redshift-data:GetStatementResult \
        redshift-data:CancelStatement batch:DescribeJobs batch:ListJobs lakeformation:GetDataAccess ssm:DescribeParameters \
        ssmmessages:OpenDataChannel ssmmessages:* secretsmanager:ListSecrets secretsmanager:GetRandomPassword \
        firehose:ListDeliveryStreams kinesis:DescribeLimits iot:DescribeEndpoint rekognition:DetectLabels \
        comprehend:DetectSentiment textract:AnalyzeDocument translate:TranslateText bedrock:ListFoundationModels \
        elasticmapreduce:ListClusters elasticmapreduce:RunJobFlow glue:ListJobs glue:GetSecurityConfiguration iam:ListRoles \
        iam:GetAccountSummary organizations:ListAccounts pricing:GetProducts acm:ListCertificates route53:ListHostedZones \
        cloudfront:ListDistributions mediaconvert:DescribeEndpoints timestream:DescribeEndpoints \
        access-analyzer:ValidatePolicy cognito-identity:GetId cloudwatch:PutMetricData ec2:DescribeSubnets ec2:Describe* \
        ec2:CreateNetworkInterface xray:* logs:CreateLogDelivery s3:GetAccelerateConfiguration";

    #[test]
    fn what_takes_a_resource_is_known_and_nothing_else_is_said_to() {
        for action in NEVER.split_whitespace() {
            assert_ne!(takes_a_resource(action), Some(true), "{action}");
        }
        for action in ["*", "s3:*", "s3:Get*", "SQS:SendMessage", "s3:PutObjectTagging", "glue:Get*", "*:PutObject"] {
            assert_eq!(takes_a_resource(action), Some(true), "{action}");
        }
        assert_eq!((takes_a_resource("ec2:Describe*"), takes_a_resource("x:Y")), (Some(false), None));
    }
}
