//! A plan to anonymise on a terminal: what is in its way, what it does table by table, and what stays behind.

use nightshift::domains::anonymise::plan::{Method, Plan, Step, Work, Worked};
use nightshift::report::sheet::{Row, Sheet, Tone};
use nightshift::text::{count, printable};

use crate::args::{Address, Format};
use crate::output::{self, Output};

/// Prints all of it.
pub(super) fn show(plan: &Plan, address: &Address, output: &Output) {
    let (host, user) = (printable(&address.host), printable(&address.user));
    output.say(&format!(
        "{} on {host}:{} · {} {} · as {user}",
        printable(&plan.database),
        address.port,
        plan.engine,
        plan.version
    ));
    output.say(&format!("schema {}", plan.fingerprint));
    output.say(&format!("plan   {}", plan.digest));
    output.say("");
    if !plan.blockers.is_empty() {
        output.say(&in_the_way(plan));
        output.sheet(&blockers(plan), &(), Format::Table);
        output.say("");
    }
    if plan.steps.is_empty() {
        output.say(if plan.blockers.is_empty() {
            "no rule changes anything"
        } else {
            "no table is ready to be changed"
        });
    } else {
        output.say(&summary(plan));
        output.sheet(&steps(plan), &(), Format::Table);
    }
    let lists = [
        ("kept as they are", plan.kept.iter().map(|name| printable(name)).collect::<Vec<_>>()),
        ("can refuse a value while its step runs, which undoes the step", plan.watched.clone()),
        (
            "still hold originals afterwards",
            plan.remains.iter().map(|one| format!("{}: {}", one.place, one.why)).collect(),
        ),
    ];
    for (head, lines) in lists.into_iter().filter(|(_, lines)| !lines.is_empty() && !plan.steps.is_empty()) {
        output.say("");
        output.say(&format!("{head}:"));
        for line in lines {
            output.say_item(&line);
        }
    }
}

/// What a program that reads the plan is told aside.
pub(super) fn complain_of(plan: &Plan) {
    if !plan.blockers.is_empty() {
        output::complain(&in_the_way(plan));
    }
    for blocker in &plan.blockers {
        output::complain(&format!("{}: {}: {}; {}", blocker.object, blocker.code, blocker.message, blocker.fix));
    }
}

fn in_the_way(plan: &Plan) -> String {
    format!("{} in the way: this plan would not be carried out", count(plan.blockers.len(), "thing"))
}

fn blockers(plan: &Plan) -> Sheet {
    let mut sheet = Sheet::new(["OBJECT", "CODE", "WHY, AND WHAT TO DO"]);
    for blocker in &plan.blockers {
        let why = format!("{}\n→ {}", blocker.message, blocker.fix);
        sheet.push(Row::new([blocker.object.clone(), blocker.code.name.to_owned(), why]).toned(1, Tone::Bad));
    }
    sheet
}

fn summary(plan: &Plan) -> String {
    let of = |work: Work| plan.steps.iter().filter(move |step| step.work == work).flat_map(|step| &step.tables);
    let columns: usize = of(Work::Mask).map(|table| table.columns.len()).sum();
    let rows: u64 = of(Work::Mask).map(|table| table.rows).sum();
    format!(
        "{}: {} in {} changed (about {rows} rows), {} emptied",
        count(plan.steps.len(), "step"),
        count(columns, "column"),
        count(of(Work::Mask).count(), "table"),
        count(of(Work::Empty).count(), "table")
    )
}

fn steps(plan: &Plan) -> Sheet {
    let mut sheet = Sheet::new(["STEP", "AS", "WHAT IT DOES"]);
    for (number, step) in plan.steps.iter().enumerate() {
        let role = step.role.as_deref().map_or_else(|| "-".to_owned(), printable);
        sheet.push(Row::new([(number + 1).to_string(), role, what(step)]).toned(0, Tone::Ahead));
    }
    sheet
}

fn what(step: &Step) -> String {
    match step.work {
        Work::Prepare => "makes nightshift_anon, where the plan keeps what it needs and how far it is".to_owned(),
        Work::Finish => "drops nightshift_anon".to_owned(),
        Work::Empty | Work::Mask | Work::Refresh | Work::Analyse => {
            step.tables.iter().map(|table| of_table(step.work, table)).collect::<Vec<_>>().join("\n")
        }
    }
}

fn of_table(work: Work, table: &Worked) -> String {
    let name = printable(&table.table);
    let head = match (work, table.method) {
        (Work::Empty, _) => format!("{name}: empties it (about {} rows)", table.rows),
        (Work::Refresh, _) => format!("{name}: fills the view anew"),
        (Work::Analyse, _) => format!("{name}: makes its statistics anew"),
        (_, Method::Update) => {
            format!("{name}: updates about {} rows and builds it anew: {}", table.rows, printable(&table.why))
        }
        _ => format!("{name}: writes about {} rows anew in one go: {}", table.rows, printable(&table.why)),
    };
    let columns = table.columns.iter().map(|column| {
        let join = column.join.as_ref().map(|join| format!(" (join {})", printable(join))).unwrap_or_default();
        format!("{}: {}{join}", printable(&column.column), column.rule)
    });
    std::iter::once(head).chain(columns).collect::<Vec<_>>().join("\n")
}
