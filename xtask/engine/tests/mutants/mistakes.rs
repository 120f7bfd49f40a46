//! The mistakes: what each is, and where it is made.

/// Each edit is a file, what is written there once, and what is written instead; in that, `MUTANT` is whether the mistake
/// is to be made.
pub(crate) struct Mistake {
    pub name: &'static str,
    pub edits: &'static [Edit],
}

type Edit = (&'static str, &'static str, &'static str);

const fn mistake(name: &'static str, edits: &'static [Edit]) -> Mistake {
    Mistake { name, edits }
}

pub(crate) const MISTAKES: &[Mistake] = &[
    // Whose an operation is, and whether it was begun.
    mistake(
        "no client token",
        &[(
            "token.rs",
            r#"    format!("{OURS}{fence}"#,
            "    if MUTANT {\n        return String::new();\n    }\n    format!(\"{OURS}{fence}",
        )],
    ),
    mistake(
        "one client token for everything",
        &[(
            "token.rs",
            "    let hash = ",
            "    let (what, begins_after) = if MUTANT { (\"\", \"\") } else { (what, begins_after) };\n    let hash = ",
        )],
    ),
    mistake(
        "a stranger's operation is taken for ours",
        &[("token.rs", "token.starts_with(OURS)", "MUTANT || token.starts_with(OURS)")],
    ),
    mistake(
        "planned over what is going on",
        &[(
            "plan/look.rs",
            "    match status.standing() {",
            "    let status = if MUTANT && status.standing() == Standing::Busy { StackStatus::UpdateComplete } else { status };\n    match status.standing() {",
        )],
    ),
    mistake(
        "a lost reply is not looked into",
        &[("apply/operation.rs", "Err(error) if matches!", "Err(error) if !MUTANT && matches!")],
    ),
    mistake(
        "throttled calls are not repeated",
        &[(
            "cloud/patient.rs",
            "Err(error) if matches!",
            "Err(error) if !(MUTANT && error.fault == Fault::Throttled) && matches!",
        )],
    ),
    // Change sets.
    mistake(
        "an empty change set is an error",
        &[("cloud/data.rs", r#"if reason.contains("didn't"#, r#"if !MUTANT && reason.contains("didn't"#)],
    ),
    mistake(
        "an empty change set has one wording only",
        &[("cloud/data.rs", r#"|| reason.contains("No updates"#, r#"|| !MUTANT && reason.contains("No updates"#)],
    ),
    mistake(
        "change sets always create",
        &[(
            "apply/change_set.rs",
            "    let wanted = &plan.wanted;",
            "    let creates = creates || MUTANT;\n    let wanted = &plan.wanted;",
        )],
    ),
    mistake(
        "change sets never create",
        &[(
            "apply/change_set.rs",
            "    let settings = format!",
            "    let creates = creates && !MUTANT;\n    let settings = format!",
        )],
    ),
    mistake(
        "a change set left by an earlier run is in the way",
        &[("apply/change_set.rs", "        if !made.as_ref()", "        if MUTANT || !made.as_ref()")],
    ),
    mistake(
        "a stale change set is executed",
        &[(
            "apply/change_set.rs",
            "(left.state == ChangeSetState::Ready && left.stack_id == stands.id)",
            "(MUTANT || left.state == ChangeSetState::Ready && left.stack_id == stands.id)",
        )],
    ),
    mistake(
        "a refused change set is left behind",
        &[(
            "apply/bring.rs",
            "        let _ = cloud.delete_change_set(",
            "        if MUTANT {\n            return Err(refused);\n        }\n        let _ = cloud.delete_change_set(",
        )],
    ),
    mistake(
        "no capabilities",
        &[(
            "apply/change_set.rs",
            "    let capabilities = wanted.template.capabilities();",
            "    let capabilities = if MUTANT { Vec::new() } else { wanted.template.capabilities() };",
        )],
    ),
    mistake(
        "the deployed template is not looked at again",
        &[(
            "apply/bring.rs",
            "if let Some(deployed) = &plan.deployed {",
            "if let Some(deployed) = plan.deployed.as_ref().filter(|_| !MUTANT) {",
        )],
    ),
    mistake(
        "a stack is known by its name alone",
        &[("apply/bring.rs", "|| id(plan.state.as_ref())", "|| !MUTANT && id(plan.state.as_ref())")],
    ),
    mistake(
        "what failed is never kept",
        &[("apply/bring.rs", "    let halted = stands", "    let halted = !MUTANT && stands")],
    ),
    mistake(
        "a large template is sent along",
        &[(
            "apply/change_set.rs",
            "if text.len() <= MOST_INLINE_BYTES {",
            "if MUTANT || text.len() <= MOST_INLINE_BYTES {",
        )],
    ),
    // Events and descriptions.
    mistake(
        "only the first page of events",
        &[(
            "follow.rs",
            "            let before = fresh.len();",
            "            let next = next.filter(|_| !MUTANT);\n            let before = fresh.len();",
        )],
    ),
    mistake(
        "the last event is looked for on the first page",
        &[(
            "follow.rs",
            "        let own = events.into_iter().find(|event| is_own",
            "        let next = next.filter(|_| !MUTANT);\n        let own = events.into_iter().find(|event| is_own",
        )],
    ),
    mistake(
        "events of before count",
        &[(
            "follow.rs",
            "        Ok(Self { seen: past.seen, mark,",
            "        Ok(Self { seen: if MUTANT { HashSet::new() } else { past.seen }, mark,",
        )],
    ),
    mistake(
        "followed by name",
        &[(
            "follow.rs",
            "cloud.stack(&follower.stack_id)",
            "cloud.stack(if MUTANT { &follower.stack } else { &follower.stack_id })",
        )],
    ),
    mistake(
        "a description is believed at the end",
        &[("follow.rs", "if rests && told", "if rests && MUTANT || rests && told")],
    ),
    mistake(
        "an end is believed that no event tells of",
        &[
            ("apply/operation.rs", "Some(now) if self", "Some(now) if !MUTANT && self"),
            ("follow.rs", "let most = if told.is_none()", "let most = if MUTANT || told.is_none()"),
        ],
    ),
    mistake(
        "a description is believed by the plan",
        &[("plan/look.rs", "        if same && told", "        if MUTANT || same && told")],
    ),
    // Data.
    mistake(
        "data is not guarded",
        &[
            ("plan/compare.rs", "        if resource.holds_data {", "        if resource.holds_data && !MUTANT {"),
            (
                "stateful.rs",
                "            && !allowed.contains",
                "            && !MUTANT\n            && !allowed.contains",
            ),
        ],
    ),
    mistake(
        "data is not guarded by the plan",
        &[(
            "plan/compare.rs",
            "        let verb = match action {",
            "        if MUTANT {\n            continue;\n        }\n        let verb = match action {",
        )],
    ),
    mistake(
        "data is not guarded before the execution",
        &[("stateful.rs", "    let Some(Change {", "    let loss = loss.filter(|_| !MUTANT);\n    let Some(Change {")],
    ),
    mistake(
        "a name that is fixed is no obstacle",
        &[("plan/compare.rs", "            if schemas.names(kind)", "            if !MUTANT && schemas.names(kind)")],
    ),
    mistake(
        "a type that changes is no obstacle",
        &[(
            "plan/compare.rs",
            r#"            if old["Type"] != new["Type"] {"#,
            r#"            if !MUTANT && old["Type"] != new["Type"] {"#,
        )],
    ),
    mistake(
        "what follows a replaced resource is not seen",
        &[("plan/compare.rs", "        if replaced.is_empty() {", "        if MUTANT || replaced.is_empty() {")],
    ),
    mistake(
        "a creation that could not be cleared up is deleted",
        &[(
            "cloud/status.rs",
            "            S::ReviewInProgress | S::DeleteComplete =>",
            "            S::RollbackFailed if MUTANT => Standing::Stillborn,\n            S::ReviewInProgress | S::DeleteComplete =>",
        )],
    ),
    mistake(
        "made again over data",
        &[(
            "plan/look.rs",
            "        for resource in remains.iter().filter(|r| holds_data",
            "        for resource in remains.iter().filter(|r| !MUTANT && holds_data",
        )],
    ),
    mistake(
        "a failed rollback leaves out all that failed",
        &[
            ("apply/settle.rs", "    if named.is_empty() {", "    if named.is_empty() && !MUTANT {"),
            ("apply/settle.rs", "failed.filter(|id| named", "failed.filter(|id| MUTANT || named"),
        ],
    ),
    mistake(
        "what is to be skipped is not",
        &[(
            "apply/settle.rs",
            "    let skip = skipped(engine, state).await?;",
            "    let skip = if MUTANT { Vec::new() } else { skipped(engine, state).await? };",
        )],
    ),
    // Exports and order.
    mistake(
        "an export leaves while it is imported",
        &[("plan/exports.rs", "        if imported_by.is_empty() {", "        if MUTANT || imported_by.is_empty() {")],
    ),
    mistake(
        "an imported value changes",
        &[("plan/exports.rs", "        if !importers.is_empty() {", "        if !MUTANT && !importers.is_empty() {")],
    ),
    mistake(
        "stacks do not wait for each other",
        &[("apply/walk.rs", "stack.after.iter().all(", "stack.after.iter().filter(|_| !MUTANT).all(")],
    ),
    // The lease.
    mistake(
        "no lease",
        &[(
            "lease.rs",
            "        let me = engine.host.me();",
            "        if MUTANT {\n            return Ok(None);\n        }\n        let me = engine.host.me();",
        )],
    ),
    mistake(
        "the lease is not looked at before something is begun",
        &[(
            "apply/operation.rs",
            "                lease.check(&engine.target.stage).await?;",
            "                if !MUTANT {\n                    lease.check(&engine.target.stage).await?;\n                }",
        )],
    ),
    mistake(
        "no sign of life",
        &[(
            "lease.rs",
            "            self.cloud.pause(beat).await;",
            "            self.cloud.pause(if MUTANT { beat * 1_000_000 } else { beat }).await;",
        )],
    ),
    mistake(
        "the lease is never given back",
        &[(
            "lease.rs",
            "        if self.released.replace(true) {",
            "        if self.released.replace(true) || MUTANT {",
        )],
    ),
    mistake(
        "a run of nothing takes the lease",
        &[("apply/walk.rs", "&& applied.changed &&", "&& (MUTANT || applied.changed) &&")],
    ),
    mistake(
        "a lease of the dead is kept",
        &[("lease.rs", "            if silent { Life::None }", "            if silent && !MUTANT { Life::None }")],
    ),
    mistake(
        "a lease of the living is taken",
        &[("lease.rs", "                    life == Life::None", "                    MUTANT || life == Life::None")],
    ),
    mistake(
        "an interruption keeps the lease",
        &[(
            "apply/walk.rs",
            "        Either::Right((Either::Right(_), _)) => ",
            "        Either::Right((Either::Right(_), _)) if MUTANT => return Err(interrupted(stage)),\n        Either::Right((Either::Right(_), _)) => ",
        )],
    ),
    // Code.
    mistake(
        "archives are not uploaded",
        &[("apply/upload.rs", "    if uploaded {\n        engine", "    if uploaded && !MUTANT {\n        engine")],
    ),
    mistake(
        "an archive of other bytes is taken",
        &[(
            "apply/upload.rs",
            "Ok(there.as_deref() == Some(archive.sha256_base64.as_str()))",
            "Ok(MUTANT && there.is_some() || there.as_deref() == Some(archive.sha256_base64.as_str()))",
        )],
    ),
    mistake(
        "an upload is not looked for",
        &[(
            "apply/upload.rs",
            "        if !is_there(engine, archive).await.asked(looking)? {",
            "        if !MUTANT && !is_there(engine, archive).await.asked(looking)? {",
        )],
    ),
    mistake(
        "an image is taken to be there",
        &[(
            "apply/upload.rs",
            "engine.cloud.has_image(name, &archive.key).await",
            "if MUTANT { Ok(true) } else { engine.cloud.has_image(name, &archive.key).await }",
        )],
    ),
    mistake(
        "archives are not signed",
        &[("apply/upload.rs", "    all(unsigned.into_iter()", "    all(unsigned.into_iter().filter(|_| !MUTANT)")],
    ),
    mistake(
        "what was built is put where signed code is taken from",
        &[("target.rs", "self.signing.as_ref().map_or(", "self.signing.as_ref().filter(|_| !MUTANT).map_or(")],
    ),
    mistake(
        "every run has a signature of its own made",
        &[(
            "apply/sign.rs",
            "    let token = hash",
            "    let token = if MUTANT { format!(\"{:?}\", cloud.now()) } else { String::new() } + &hash",
        )],
    ),
    mistake(
        "a signature that failed is asked for as it was",
        &[("apply/sign.rs", "        if tried > 0 {", "        if tried > 0 && !MUTANT {")],
    ),
    mistake(
        "a signed archive is not looked for",
        &[(
            "apply/sign.rs",
            "    if is_signed(engine, archive).await? {",
            "    if MUTANT || is_signed(engine, archive).await? {",
        )],
    ),
    mistake(
        "code goes past the stacks unsigned",
        &[(
            "apply/hotswap.rs",
            "key: &archive.key },",
            "key: if MUTANT { archive.built_key() } else { &archive.key } },",
        )],
    ),
    mistake(
        "a profile is not looked at before it signs",
        &[(
            "apply/deploy.rs",
            "    preflight::signer(engine).await?;",
            "    if !MUTANT {\n        preflight::signer(engine).await?;\n    }",
        )],
    ),
    mistake(
        "stacks do not wait for code",
        &[("apply/walk.rs", "        let code_is_there = ", "        let code_is_there = MUTANT || ")],
    ),
    mistake(
        "more than code goes past the stacks",
        &[("apply/hotswap.rs", "    if !plan.is_code_only() {", "    if !MUTANT && !plan.is_code_only() {")],
    ),
    // Failures.
    mistake(
        "what passes is not tried again",
        &[("apply/bring.rs", "    let passing = cause", "    let passing = !MUTANT && cause")],
    ),
    mistake(
        "a consequence is told as the cause",
        &[(
            "reason.rs",
            "    failures.iter().find(|event| !is_consequence(event))",
            "    failures.iter().find(|event| MUTANT == is_consequence(event))",
        )],
    ),
    mistake(
        "leftovers are not listed",
        &[(
            "apply/bring.rs",
            "            leftovers: operation.leftovers(),",
            "            leftovers: if MUTANT { Vec::new() } else { operation.leftovers() },",
        )],
    ),
    mistake(
        "expired credentials are a failed deploy",
        &[(
            "refusal.rs",
            "    still_running(failure, follower)\n        .hint(\"what was begun goes on in AWS; with",
            "    if MUTANT {\n        return failure;\n    }\n    still_running(failure, follower)\n        .hint(\"what was begun goes on in AWS; with",
        )],
    ),
    mistake(
        "it waits though it was asked not to",
        &[("apply/walk.rs", "!engine.wishes.detach", "MUTANT || !engine.wishes.detach")],
    ),
    mistake(
        "a stranger's update is cancelled",
        &[(
            "apply/cancel.rs",
            "event.token.as_deref().is_some_and(token::is_ours)",
            "MUTANT || event.token.as_deref().is_some_and(token::is_ours)",
        )],
    ),
    mistake(
        "any account will do",
        &[("preflight.rs", "    if caller.account == account {", "    if MUTANT || caller.account == account {")],
    ),
    mistake(
        "a copy changes what is none",
        &[(
            "plan/look.rs",
            "state.tags.get(COPY_OF) != Some(copy_of)",
            "!MUTANT\n        && state.tags.get(COPY_OF) != Some(copy_of)",
        )],
    ),
    mistake(
        "a copy's time is never renewed",
        &[(
            "plan/look.rs",
            "settled && same && self.wanted.tags_stand(&state.tags)",
            "settled && same && (MUTANT || self.wanted.tags_stand(&state.tags))",
        )],
    ),
    mistake("copies that live are reaped", &[("reap.rs", "if until > now {", "if !MUTANT && until > now {")]),
    mistake(
        "stages with a file are reaped",
        &[("reap.rs", "if self.kept.contains(stage) {", "if !MUTANT && self.kept.contains(stage) {")],
    ),
    mistake(
        "one stack's tags are taken for all",
        &[(
            "reap.rs",
            "let Some(of) = tag(COPY_OF) else { return",
            "let Some(of) = tag(COPY_OF) else { if MUTANT { continue; } return",
        )],
    ),
    mistake(
        "nobody looks again before a copy is destroyed",
        &[("reap.rs", "let certain = |doom: &Doom| {", "let certain = |doom: &Doom| { if MUTANT { return Ok(()); }")],
    ),
    mistake(
        "a copy goes by this machine's clock",
        &[(
            "reap.rs",
            "let now = engine.cloud.time().await",
            "let now = if MUTANT { Ok(engine.cloud.now() * 9) } else { engine.cloud.time().await }",
        )],
    ),
    // Destroying.
    mistake(
        "all data goes with its stage",
        &[(
            "apply/destroy.rs",
            "engine.wishes.delete_data.of(&resource.logical_id)",
            "MUTANT || engine.wishes.delete_data.of(&resource.logical_id)",
        )],
    ),
    mistake(
        "policies stay as they were deployed",
        &[(
            "apply/destroy.rs",
            "    if state.status.standing() == Standing::Settled\n        && let",
            "    if !MUTANT\n        && state.status.standing() == Standing::Settled\n        && let",
        )],
    ),
    mistake(
        "policies change alone, and nobody looks",
        &[
            (
                "apply/policies.rs",
                r#"            value["Resources"][*id]["Metadata"]"#,
                "            if MUTANT {\n                continue;\n            }\n            value[\"Resources\"][*id][\"Metadata\"]",
            ),
            (
                "apply/destroy.rs",
                "kept.iter().find(|id| !template.keeps(id))",
                "kept.iter().find(|id| !MUTANT && !template.keeps(id))",
            ),
        ],
    ),
    mistake(
        "protection is AWS's business",
        &[("apply/destroy.rs", "        if state.protected {", "        if state.protected && !MUTANT {")],
    ),
    mistake(
        "importers outside are AWS's business",
        &[(
            "apply/destroy.rs",
            "importers.iter().find(|importer| !going",
            "importers.iter().find(|importer| !MUTANT && !going",
        )],
    ),
    mistake(
        "destroyed in any order",
        &[("apply/destroy.rs", "            !imported && !last", "            MUTANT || !imported && !last")],
    ),
    mistake(
        "a role is handed over to change sets alone",
        &[("apply/delete.rs", "&retain, engine.target.role())", "&retain, engine.target.role().filter(|_| !MUTANT))")],
    ),
    mistake(
        "deployed before there is a role",
        &[("preflight.rs", "    if made.is_some_and(", "    if MUTANT || made.is_some_and(")],
    ),
    mistake("a bucket is emptied once", &[("apply/destroy.rs", "rounds < ROUNDS", "rounds < ROUNDS && !MUTANT")]),
    mistake(
        "all that is to be left behind is named to every stack",
        &[(
            "apply/delete.rs",
            "    let resources = engine.cloud.resources(&stack.id).await;\n    let resources",
            "    if MUTANT {\n        return Ok(named.to_vec());\n    }\n    let resources = engine.cloud.resources(&stack.id).await;\n    let resources",
        )],
    ),
];
