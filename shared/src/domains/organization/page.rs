//! A snapshot as one HTML page that needs nothing else: the tree, a search, and what is known of each node on a click. The
//! snapshot lies in it as data; its script only ever sets text, so that no name is markup.

use super::snapshot::Snapshot;
use crate::text::with_data;

const PAGE: &str = include_str!("page.html");
/// Where the data go.
const PLACE: &str = "NIGHTSHIFT-SNAPSHOT";

/// See the module.
pub fn page(snapshot: &Snapshot) -> Result<String, serde_json::Error> {
    with_data(PAGE, PLACE, snapshot)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domains::organization::assemble::tests::facts;

    #[test]
    fn no_name_can_end_the_element_of_the_data() {
        let mut facts = facts();
        let name = "</script><script>alert(1)</script>";
        facts.units[0].name = name.to_owned();
        let snapshot = Snapshot::of(facts).unwrap();
        let page = page(&snapshot).unwrap();
        assert_eq!(page.matches("</script").count(), PAGE.matches("</script").count());
        let (_, data) = page.split_once("<script type=\"application/json\" id=\"snapshot\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        assert_eq!(serde_json::from_str::<Snapshot>(data).unwrap(), snapshot, "the data are the snapshot");
        assert!(!PAGE.contains("innerHTML") && !PAGE.contains("http"), "it sets text, and loads nothing");
    }
}
