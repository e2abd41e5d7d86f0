//! A run's report as one HTML page that needs nothing else: accounts by Regions, a search, and what is known of an account on a
//! click. Its links are relative to the folder of the run, so they lead to the reports that were downloaded with it.

use super::report::FleetReport;
use crate::text::with_data;

const PAGE: &str = include_str!("page.html");
/// Where the data go.
const PLACE: &str = "NIGHTSHIFT-REPORT";

/// See the module.
pub fn page(report: &FleetReport) -> Result<String, serde_json::Error> {
    with_data(PAGE, PLACE, report)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::fleet::fold::{Maps, fold};
    use crate::domains::fleet::report::tests::report;
    use crate::domains::fleet::results::tests::item;

    #[test]
    fn no_name_can_end_the_element_of_the_data() {
        let mut hostile = item("111122223333");
        hostile.name = "</script><script>alert(1)</script>".to_owned();
        let report = report(fold(&[hostile], &Maps::default()), Vec::new());
        let page = page(&report).unwrap();
        assert_eq!(page.matches("</script").count(), PAGE.matches("</script").count());
        let (_, data) = page.split_once("<script type=\"application/json\" id=\"report\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        assert_eq!(serde_json::from_str::<FleetReport>(data).unwrap(), report, "the data are the report");
        assert!(!PAGE.contains("innerHTML") && !PAGE.contains("http"), "it sets text, and loads nothing");
    }
}
