use super::*;
use crate::ground::{SimDuration, SimTime};
use crate::scenario::arrivals::{Row, read_rows};
use crate::scenario::public_traces;

const HEADER: &str = "name,cpu_milli,memory_mib,num_gpu,gpu_milli,gpu_spec,qos,pod_phase,\
                      creation_time,deletion_time,scheduled_time\n";

const NODES: &str = "sn,cpu_milli,memory_mib,gpu,model\n\
                     a,32000,262144,0,\nb,96000,393216,2,T4\nc,32000,262144,0,\nd,96000,393216,2,T4\n";

fn pods(rows: &str) -> Vec<u8> {
    format!("{HEADER}{rows}").into_bytes()
}

/// One pod of each class, one that never ran, one that runs on, one that failed.
const ROWS: &str = "p-ls,4000,8192,1,1000,,LS,Succeeded,10,110,12\n\
                    p-be,2000,4096,0,0,,BE,Running,20,70,30\n\
                    p-burst,1000,2048,0,0,,Burstable,Failed,25,100,25\n\
                    p-guar,1000,1024,0,0,,Guaranteed,Running,26,200,26\n\
                    p-never,1000,1024,0,0,,BE,Pending,30,90,\n";

fn imported(rows: &str, options: Options) -> Imported<Counts> {
    import(&pods(rows), NODES.as_bytes(), &options).unwrap_or_else(|mistake| panic!("{mistake}"))
}

/// The rows under a workload, as the scenario will read them.
fn rows_of(yaml: &str, workload: &str) -> Vec<Row> {
    let from = yaml.find(&format!("  - name: {workload}\n")).expect("the workload");
    let csv = yaml[from..].split_once("csv: |\n").expect("its rows").1;
    let lines = csv.lines().take_while(|line| line.starts_with("          ")).map(str::trim);
    let text = lines.collect::<Vec<_>>().join("\n");
    read_rows(text.as_bytes()).unwrap_or_else(|mistake| panic!("{mistake}"))
}

#[test]
fn counts_tell_what_became_of_every_row() {
    let counts = imported(ROWS, Options::default()).counts;
    let each = |ls, be, burstable, guaranteed| {
        Class::ALL.into_iter().zip([ls, be, burstable, guaranteed]).collect::<BTreeMap<_, u64>>()
    };
    let expected = Counts {
        listed: each(1, 2, 1, 1),
        replayed: each(1, 1, 1, 1),
        never_scheduled: 1,
        right_censored: 1,
        with_gpu: 1,
        failed: 1,
        asking_for_nothing: 0,
        too_large: 0,
        listed_nodes: 4,
        kept_nodes: 1,
    };
    assert_eq!(counts, expected);
}

#[test]
fn as_scheduled_best_effort_makes_no_request_but_keeps_its_scale() {
    let yaml = imported(ROWS, Options::default()).yaml;
    let expected = Row {
        at: SimTime(20_000_000),
        name: Some("p-be".into()),
        run_time: Some(SimDuration::seconds(40)),
        memory_scale: Some(Bytes::mebi(4096)),
        ..Row::default()
    };
    assert_eq!(rows_of(&yaml, "be"), [expected]);
    let options = Options { best_effort: BestEffortAs::Requested, ..Options::default() };
    let row = &rows_of(&imported(ROWS, options).yaml, "be")[0];
    assert_eq!((row.memory_request, row.cpu_request), (Some(Bytes::mebi(4096)), Some(MilliCpu(2000))));
    assert_eq!((row.memory_limit, row.cpu_limit, row.memory_scale), (None, None, None));
}

#[test]
fn latency_sensitive_pods_are_burstable_or_guaranteed() {
    let row = &rows_of(&imported(ROWS, Options::default()).yaml, "ls")[0];
    let limit = row.memory_limit.expect("a limit");
    assert!((Bytes::mebi(8192)..=Bytes::mebi(12288)).contains(&limit), "{limit}");
    assert_eq!(row.cpu_limit, None);
    let options = Options { latency_sensitive: LatencySensitiveAs::Guaranteed, ..Options::default() };
    let row = &rows_of(&imported(ROWS, options).yaml, "ls")[0];
    assert_eq!((row.memory_limit, row.cpu_limit), (row.memory_request, row.cpu_request));
}

#[test]
fn who_never_ran_is_left_out_and_who_never_ended_runs_on() {
    let Imported { yaml, .. } = imported(ROWS, Options::default());
    assert!(!yaml.contains("p-never"));
    assert_eq!(rows_of(&yaml, "guaranteed")[0].run_time, None);
    assert_eq!(rows_of(&yaml, "burstable")[0].run_time, Some(SimDuration::seconds(75)));
}

#[test]
fn assumptions_are_returned_and_written_word_for_word() {
    let Imported { yaml, assumptions, .. } = imported(ROWS, Options::default());
    let (question, _) = yaml.split_once("\n\n").expect("the question stands alone");
    assert_eq!(
        question,
        "# How do the pods of a public trace (openb) fare under memory pressure on 1 nodes?"
    );
    let comments =
        yaml.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_matches(['#', ' ']));
    let comments: Vec<&str> = comments.collect();
    let comments = comments.join(" ");
    for assumption in &assumptions {
        let sentence = assumption.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(comments.contains(&sentence), "{sentence}");
    }
    assert!(assumptions.iter().any(|assumption| assumption.contains("1 of 5 pods had no node")));
}

#[test]
fn the_fewest_nodes_are_kept_that_the_peak_fills_to_four_fifths() {
    // 32 + 96 cores of two nodes: 100 cores at once are 78 %, 103 are 81 %.
    let both_at_once = |cpu: u64| {
        let row = |name: &str, cpu: u64| format!("{name},{cpu},1024,0,0,,LS,Running,0,100,0\n");
        row("a", 50_000) + &row("b", cpu - 50_000) + &row("c", 1)
    };
    let kept = |cpu| imported(&both_at_once(cpu), Options::default()).counts.kept_nodes;
    assert_eq!((kept(100_000), kept(103_000)), (2, 3));
    // One after the other, they need room for one: of the instant at which they change, too.
    // A third is gone at the instant it came, and takes no room.
    let in_turn = "a,60000,1024,0,0,,LS,Failed,0,100,0\n\
                   b,60000,1024,0,0,,LS,Failed,0,200,100\n\
                   c,60000,1024,0,0,,LS,Failed,0,150,150\n";
    assert_eq!(imported(in_turn, Options::default()).counts.kept_nodes, 1);
}

#[test]
fn kept_nodes_are_spread_over_models() {
    let options = Options { scale: Scale::Share(0.5), ..Options::default() };
    let yaml = imported(ROWS, options).yaml;
    assert!(
        yaml.contains(
            "{name: plain-32000m-262144mi, count: 1, capacity: {cpu: 32, memory: 256Gi, pods: 110}}"
        )
    );
    assert!(
        yaml.contains("{name: t4-96000m-393216mi, count: 1, capacity: {cpu: 96, memory: 384Gi, pods: 110}}")
    );
}

#[test]
fn each_mistake_is_named_where_it_stands() {
    #[rustfmt::skip] let cases = [
        ("p,1000,1024,0,0,,Gold,Running,1,2,1\n",        2, 18, "unknown class `Gold`"),
        ("p,1000,lots,0,0,,LS,Running,1,2,1\n",          2, 8,  "`lots` is no such number"),
        ("p,1000,1024,0,0,,LS,Running,1,,1\n",           2, 31, "`deletion_time` is empty"),
        ("p,1000,1024,0,0,,LS,Running,5,9,2\n",          2, 29, "`p` was not created, then scheduled, then deleted"),
        ("p,1000,1024,0,0,,LS\n",                        2, 18, "7 cells under 11 columns"),
        ("P_1,1000,1024,0,0,,LS,Running,1,2,1\n",        2, 1,  "`P_1` cannot name a pod"),
    ];
    for (rows, line, column, what) in cases {
        let mistake = match import(&pods(rows), NODES.as_bytes(), &Options::default()) {
            Err(ImportMistake::Pods(mistake)) => mistake,
            other => panic!("{rows}: {other:?}"),
        };
        assert_eq!((mistake.line, mistake.column, mistake.what.as_str()), (line, column, what), "{rows}");
    }
    let nodes = b"sn,cpu_milli,memory_mib,gpu,model\na,32000,many,0,\n";
    let mistake = import(&pods(ROWS), nodes, &Options::default()).expect_err("no number");
    assert_eq!(
        mistake.to_string(),
        "list of nodes: `many` is no such number (line 2, column 9); write a whole number without unit"
    );
    let wish = |scale| import(&pods(ROWS), NODES.as_bytes(), &Options { scale, ..Options::default() });
    for share in [0.0, 1.0, -0.5, f64::NAN] {
        assert!(matches!(wish(Scale::Share(share)), Err(ImportMistake::Wish { .. })), "{share}");
    }
    assert!(matches!(
        import(HEADER.as_bytes(), NODES.as_bytes(), &Options::default()),
        Err(ImportMistake::Wish { .. })
    ));
}

#[test]
fn the_real_trace_comes_out_as_the_workload_study_counted_it() {
    let Some(pods) = public_traces::text("openb_pod_list_default.csv") else { return };
    let Some(nodes) = public_traces::text("openb_node_list_all_node.csv") else { return };
    let Imported { yaml, counts, .. } =
        import(&pods, &nodes, &Options::default()).unwrap_or_else(|mistake| panic!("{mistake}"));
    let of = |counts: &BTreeMap<Class, u64>| Class::ALL.map(|class| counts.get(&class).copied().unwrap_or(0));
    assert_eq!(of(&counts.listed), [4647, 3398, 100, 7]);
    assert_eq!(of(&counts.replayed), [4193, 2957, 98, 7]);
    assert_eq!((counts.never_scheduled, counts.right_censored, counts.listed_nodes), (897, 34, 1523));
    // "Requested memory peaks at 0.4 % of the cluster": some nodes are enough.
    assert!((2..=20).contains(&counts.kept_nodes), "{counts:?}");
    assert_eq!(rows_of(&yaml, "ls").len() + rows_of(&yaml, "be").len(), 4193 + 2957);
}
