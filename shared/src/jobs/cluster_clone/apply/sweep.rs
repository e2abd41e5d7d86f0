//! Takes away what was begun and never handed over.

use jiff::Timestamp;

use super::source_of;
use crate::jobs::cluster_clone::plan::{self, Sweep};
use crate::jobs::cluster_clone::policy::Policy;
use crate::report;
use crate::run::Done;
use crate::services::rds::{RdsReader, RdsWriter};

/// Takes away what was begun and never handed over, after a fresh look.
pub(in crate::jobs::cluster_clone) async fn sweep(
    sweep: &Sweep,
    reader: &RdsReader,
    writer: &RdsWriter<'_>,
    account: &str,
    policy: &Policy,
    now: Timestamp,
) -> Done {
    let found = match reader.cluster(&sweep.id, account).await {
        Ok(found) => found,
        Err(error) => return Done::stopped_by(&error, Vec::new()),
    };
    match found {
        None => return Done::already(&report::codes::GONE, "it was gone when its turn came", Vec::new()),
        Some(found) if found.resource_id != sweep.resource_id => {
            return Done::moved(format!("cluster {} is another one by now", sweep.id));
        }
        Some(found) => match source_of(&found, reader, account, policy).await {
            Ok(source) if plan::is_left_over(&found, source.as_ref(), policy, now) => {}
            Ok(_) => return Done::moved(format!("cluster {} is not what was left over any more", sweep.id)),
            Err(error) => return Done::stopped_by(&error, Vec::new()),
        },
    }
    match writer.delete_cluster(&sweep.id, None).await {
        Ok(()) => Done::changed(vec![format!("cluster {}: deletion requested", sweep.id)]),
        Err(error) if error.is_not_found() => {
            Done::already(&report::codes::GONE, "it was gone when its turn came", Vec::new())
        }
        Err(error) => Done::stopped_by(&error, Vec::new()),
    }
}
