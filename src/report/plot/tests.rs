//! Figures of tables, read back.

use super::curve::Axes;
use super::*;

const POINTS: &str = "\
point,run,ratio,hard,replications,failures,confidence,evictions_mean,evictions_lower,evictions_upper,evictions_method
0,lesson,1.4,1Gi,50,0,0.95,0,0,0,all_equal
1,lesson,2.2,1Gi,50,0,0.95,20,15,25,student_t
2,lesson,1.4,100Mi,50,0,0.95,,,,unknown
3,lesson,1.8,100Mi,50,0,0.95,10,5,15,student_t
4,lesson,1.8,1Gi,50,0,0.95,12,8,16,student_t
5,lesson,2.2,100Mi,50,0,0.95,40,30,50,student_t
";

fn asked(x: &str, by: Option<&str>, value: &str) -> Asked {
    Asked { x: x.into(), by: by.map(str::to_owned), value: value.into(), only: Vec::new() }
}

fn spots(table: &str, asked: &Asked) -> Spots {
    reading::read(table.as_bytes(), asked).unwrap_or_else(|trouble| panic!("{trouble}"))
}

fn trouble(table: &str, asked: &Asked) -> (String, String) {
    let trouble = reading::read(table.as_bytes(), asked).expect_err("a trouble");
    (trouble.what(), trouble.fix())
}

const LINEAR: Axes = Axes { x: Spacing::Linear, y: Spacing::Linear };
const LOGARITHMIC: Axes = Axes { x: Spacing::Logarithmic, y: Spacing::Logarithmic };

fn curve(table: &str, asked: &Asked, axes: Axes) -> Result<String, Trouble> {
    let caption = Caption { title: "How far?", x: &asked.x, y: &asked.value, by: asked.by.as_deref() };
    let mut out = Vec::new();
    curve::write(&mut out, &caption, &spots(table, asked), axes)?.expect("a Vec takes all");
    Ok(String::from_utf8(out).expect("text"))
}

/// What stands between `before` and `after`, each time.
fn between<'a>(figure: &'a str, before: &str, after: &str) -> Vec<&'a str> {
    figure.split(before).skip(1).filter_map(|rest| rest.split(after).next()).collect()
}

#[test]
fn a_measure_is_found_with_its_interval_and_what_is_empty_is_unknown() {
    let spots = spots(POINTS, &asked("ratio", Some("hard"), "evictions"));
    assert_eq!((spots.confidence, spots.replications), (Some(0.95), Some((50, 50))));
    let told: Vec<_> = spots.spots.iter().map(|spot| (spot.value, spot.bounds)).collect();
    assert_eq!(told[1..3], [(Some(20.0), Some((15.0, 25.0))), (None, None)]);
    assert_eq!(spots.spots[2].x, "1.4");
}

#[test]
fn a_curve_has_a_mark_for_each_known_point_and_a_gap_where_one_is_unknown() {
    let figure = curve(POINTS, &asked("ratio", Some("hard"), "evictions"), LINEAR).expect("a figure");
    let tips = between(&figure, "Z\"><title>", "</title>");
    let expected = [
        "ratio 1.8, hard 100Mi: 10 (5 to 15)",
        "ratio 2.2, hard 100Mi: 40 (30 to 50)",
        "ratio 1.4, hard 1Gi: 0 (0 to 0)",
        "ratio 1.8, hard 1Gi: 12 (8 to 16)",
        "ratio 2.2, hard 1Gi: 20 (15 to 25)",
    ];
    assert_eq!(tips, expected, "100Mi is less than 1Gi, though it comes later in the table");
    // then the axes have the values of the table, and round ticks: 50 in steps of 10
    let ticks = |class: &str| between(&figure, &format!("<text class=\"{class}\""), "</text>");
    let words =
        |class| -> Vec<&str> { ticks(class).iter().filter_map(|text| text.split('>').next_back()).collect() };
    assert_eq!(words("tick"), ["1.4", "1.8", "2.2"]);
    assert_eq!(words("tick up"), ["0", "10", "20", "30", "40", "50"]);
    assert_eq!(words("legend"), ["100Mi", "1Gi"], "as the lines end");
    assert!(words("about").join(" ").ends_with("whiskers: 95 % intervals of 50 replications"));
}

#[test]
fn growth_is_straight_where_both_axes_are_logarithmic() {
    // given y = x^2 over two decades, no intervals
    let table = "live_pods,ns\n1000,1\n10000,100\n100000,10000\n";
    let figure = curve(table, &asked("live_pods", None, "ns"), LOGARITHMIC).expect("a figure");
    // then the middle point lies in the middle
    let line = between(&figure, "stroke-width=\"2\" d=\"M", "\"")[0];
    let points: Vec<f64> = line.split(['L', ' ']).map(|number| number.parse().expect("a number")).collect();
    assert!((points[2] * 2.0 - points[0] - points[4]).abs() < 0.3, "{line}");
    assert!((points[3] * 2.0 - points[1] - points[5]).abs() < 0.3, "{line}");
    assert!(figure.contains(">100,000<") && figure.contains(">10,000<") && !figure.contains("whiskers"));
}

#[test]
fn what_has_no_logarithm_stands_open_on_the_axis_or_is_refused() {
    let asked = asked("ratio", Some("hard"), "evictions");
    let figure = curve(POINTS, &asked, LOGARITHMIC).expect("ratios have logarithms");
    let marks = between(&figure, "<path fill=\"#fff\"", "</title>");
    assert_eq!(marks.len(), 1);
    assert!(marks[0].ends_with("ratio 1.4, hard 1Gi: 0 (0 to 0)"), "{marks:?}");
    let refused = curve(&POINTS.replace("1.4", "0"), &asked, LOGARITHMIC).expect_err("0 has none");
    assert_eq!(refused.what(), "0 in ratio has no logarithm");
}

#[test]
fn a_map_has_a_cell_for_each_pair_the_darker_the_more() {
    let spots = spots(POINTS, &asked("ratio", Some("hard"), "evictions"));
    let caption = Caption { title: "How far?", x: "ratio", y: "hard", by: None };
    let mut out = Vec::new();
    heat::write(&mut out, &caption, (&spots, "evictions"), Spacing::Linear)
        .expect("a figure")
        .expect("a Vec takes all");
    let figure = String::from_utf8(out).expect("text");
    let cells = between(&figure, "stroke=\"#fff\"><title>", "</title>");
    assert_eq!(cells.len(), 6);
    let fill = |cell: &str| {
        let before = figure.split(&format!("stroke=\"#fff\"><title>{cell}<")).next().expect("a cell");
        before.rsplit("fill=\"").next().and_then(|rest| rest.split('"').next()).expect("a color").to_owned()
    };
    let of = |cell| u32::from_str_radix(&fill(cell)[1..], 16).expect("a color");
    let darker = [
        of("ratio 1.4, hard 1Gi"),
        of("ratio 1.8, hard 1Gi"),
        of("ratio 2.2, hard 1Gi"),
        of("ratio 2.2, hard 100Mi"),
    ];
    assert!(darker.is_sorted_by(|light, dark| light > dark), "{darker:x?}");
    assert_eq!(fill("ratio 1.4, hard 100Mi"), "url(#unknown)");
    assert!(figure.contains(">8 to 16<") && figure.contains(">?<"));
}

#[test]
fn each_trouble_says_what_is_wrong_and_how_to_mend_it() {
    let column = |wanted| trouble(POINTS, &asked(wanted, Some("hard"), "evictions"));
    assert_eq!(column("ratios"), ("there is no column \"ratios\"".to_owned(), "write \"ratio\"".to_owned()));
    assert!(column("overcommit").1.starts_with("choose one of: point, run, ratio"));
    let (what, fix) = trouble(POINTS, &asked("hard", None, "evictions"));
    assert_eq!(what, "several rows stand at 100Mi");
    assert_eq!(fix, "tell them apart with --by ratio, or keep some with --where ratio=…");
    let (what, _) = trouble(POINTS, &asked("ratio", Some("hard"), "run"));
    assert_eq!(what, "\"lesson\" is not a number (line 2, column run)");
    let nobody =
        Asked { only: vec![("run".into(), "kubelet".into())], ..asked("ratio", Some("hard"), "evictions") };
    assert_eq!(trouble(POINTS, &nobody).0, "no row is left to be shown");
    assert_eq!(trouble("a,b\n1,\n2,\n", &asked("a", None, "b")).0, "\"b\" is empty in all rows");
    assert!(trouble("a,b\n1\n", &asked("a", None, "b")).0.starts_with("this is no CSV table"));
    assert!(trouble("", &asked("a", None, "b")).0.starts_with("there is no column"));
    let many: String = (0..13).map(|line| format!("1,{line},{line}\n")).collect();
    let refused =
        curve(&format!("x,by,y\n{many}"), &asked("x", Some("by"), "y"), LINEAR).expect_err("too many");
    assert_eq!(refused.what(), "13 lines are too many to be told apart (at most 12)");
}

#[test]
fn what_is_no_text_of_ours_is_escaped() {
    let table = "x,y\n<b>,1\n\"a&b\",2\n";
    let figure = curve(table, &asked("x", None, "y"), LINEAR).expect("a figure");
    assert!(figure.contains("&lt;b&gt;") && figure.contains("a&amp;b") && !figure.contains("<b>"));
}

#[test]
fn axes_end_at_round_numbers_and_hold_everything() {
    use super::scale::{Labels, Values, told};
    let ticks = |values: &[f64], spacing| {
        let axis = Values::holding(values.iter().copied(), spacing);
        let places: Vec<f64> = values.iter().map(|value| axis.place(*value)).collect();
        assert!(places.iter().all(|place| (0.0..=1.0).contains(place)), "{places:?}");
        axis.ticks.iter().map(|tick| told(*tick)).collect::<Vec<_>>().join(" ")
    };
    use Spacing::{Linear, Logarithmic};
    assert_eq!(ticks(&[0.3, 0.47], Linear), "0 0.1 0.2 0.3 0.4 0.5");
    assert_eq!(ticks(&[-3.0, 8.0], Linear), "-4 -2 0 2 4 6 8");
    assert_eq!(ticks(&[0.0], Linear), "0 0.2 0.4 0.6 0.8 1");
    assert_eq!(ticks(&[82.0, 533.0], Logarithmic), "50 100 200 500 1,000");
    assert_eq!(ticks(&[1000.0, 1e6], Logarithmic), "1,000 10,000 100,000 1,000,000");
    assert_eq!(ticks(&[10.0], Logarithmic), "10 20");
    assert_eq!(ticks(&[f64::NAN], Linear), "0 0.2 0.4 0.6 0.8 1");
    let order = |cells: &[&str]| Labels::side_by_side(cells.iter().copied()).labels.join(" ");
    assert_eq!(order(&["1Gi", "500Mi", "2Gi", "1Gi"]), "500Mi 1Gi 2Gi");
    assert_eq!(order(&["90s", "1m", "1h"]), "1m 90s 1h");
    assert_eq!(order(&["10%", "5%"]), "5% 10%");
    assert_eq!(order(&["QosClass", "Kubelet"]), "QosClass Kubelet", "words as they come");
}
