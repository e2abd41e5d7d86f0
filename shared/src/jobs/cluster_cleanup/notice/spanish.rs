//! In Spanish, what an owner is asked to put right. The report stays English.

use super::Asked;
use crate::domains::clusters::deletion::HalfDeleted;
use crate::domains::clusters::expiry::FARTHEST_YEARS;
use crate::domains::clusters::tags::{DELETE_REQUESTED, PURGE_AFTER};
use crate::jobs::cluster_cleanup::plan::{Obstacle, Why};
use crate::services::tags::Tags;
use crate::text::printable;

/// What is the case and the next step; `None` for what is never said to an owner.
#[expect(clippy::too_many_lines, reason = "one row for each thing that is asked")]
pub(super) fn words(why: &Why, asked: Asked<'_>) -> Option<(String, String)> {
    let said = |message: String, fix: &str| Some((message, fix.to_owned()));
    let write = format!(
        "ponga en la etiqueta '{}' una hora como {}, un día como {}, o 'never' para conservarlo; mientras no lo haga, no se elimina",
        asked.tag_key, asked.time, asked.day
    );
    match why {
        Why::LookAlikeTags { keys } => said(
            format!("tiene más de una etiqueta que podría ser su caducidad: '{}'", printable(&keys.join("', '"))),
            &format!("deje solo la que vale, con la clave '{}'", asked.tag_key),
        ),
        Why::MalformedExpiry { value } => {
            said(format!("su caducidad '{}' no es una fecha ni una hora que se pueda leer", printable(value)), &write)
        }
        Why::BareNumber { value } => said(
            format!("su caducidad '{value}' es solo un número, que podría ser de segundos, de días o una fecha"),
            &write,
        ),
        Why::BeforeCreation { value, .. } => said(
            format!(
                "su caducidad {} es anterior a su creación: probablemente era la de otro clúster",
                printable(value)
            ),
            &write,
        ),
        Why::TooFarAhead { value } => {
            said(format!("su caducidad {} queda a más de {FARTHEST_YEARS} años", printable(value)), &write)
        }
        Why::MalformedPurge { value } => said(
            format!("la fecha en que se borra esta copia, '{}', no se puede leer", printable(value)),
            &format!(
                "ponga en la etiqueta '{PURGE_AFTER}' una hora como {}, o 'never' para conservarla; mientras no lo haga, no se borra",
                asked.time
            ),
        ),
        Why::GlobalClusterMember { global } => said(
            format!("ha caducado, pero pertenece al clúster global {}", printable(global)),
            "sáquelo del clúster global (aws rds remove-from-global-cluster) y Nightshift lo elimina la próxima vez que se ejecute",
        ),
        Why::Replica { source } => said(
            format!("ha caducado, pero es una réplica de {}", printable(source)),
            "conviértalo en un clúster independiente (aws rds promote-read-replica-db-cluster) y Nightshift lo elimina la próxima vez que se ejecute",
        ),
        Why::ReplicationSource { replicas } => said(
            format!("ha caducado, pero otros clústeres replican de él: {}", printable(&replicas.join(", "))),
            "elimine esos clústeres o hágalos independientes, y Nightshift elimina este la próxima vez que se ejecute",
        ),
        Why::Limitless => said(
            "ha caducado, pero es una base de datos Aurora Limitless".to_owned(),
            "elimine a mano su grupo de particiones y después el clúster",
        ),
        Why::BlueGreen => said(
            "ha caducado, pero forma parte de un despliegue azul/verde".to_owned(),
            "elimine el despliegue (aws rds delete-blue-green-deployment) y Nightshift elimina el clúster la próxima vez que se ejecute",
        ),
        Why::Integration => said(
            "ha caducado, pero es el origen de una integración zero-ETL".to_owned(),
            "elimine la integración (aws rds delete-integration) y Nightshift elimina el clúster la próxima vez que se ejecute",
        ),
        Why::Stopped { restarts } => {
            let starts = restarts
                .map_or_else(String::new, |at| format!("; AWS lo inicia por sí sola el {}", asked.clock.show(at)));
            said(
                format!("ha caducado pero está detenido, y AWS no puede eliminar un clúster detenido{starts}"),
                "inícielo (aws rds start-db-cluster) y Nightshift lo elimina la próxima vez que se ejecute",
            )
        }
        Why::StartedInVain { times } => said(
            format!("ha caducado; se inició {times} veces para eliminarlo y cada vez algo lo había detenido de nuevo"),
            "sáquelo del horario que lo detiene e inícielo (aws rds start-db-cluster)",
        ),
        Why::HalfDeleted { half, until } => {
            let until = until.map_or_else(
                || "sus etiquetas dicen que se queda".to_owned(),
                |at| format!("su caducidad se cambió al {}", asked.clock.show(at)),
            );
            said(
                format!("{until}, pero {}", half_deleted(half, asked)),
                &format!(
                    "para volver a usarlo, cree sus instancias (aws rds create-db-instance) y quite su etiqueta {DELETE_REQUESTED}; para que se elimine, ponga como caducidad una hora pasada"
                ),
            )
        }
        Why::HalfDeletedBlocked { half, stop } => {
            let (stop, on) = match stop {
                Obstacle::Why(why) => words(why, asked).unwrap_or_else(|| {
                    (why.message(), "corríjalo y Nightshift hace el resto la próxima vez que se ejecute".to_owned())
                }),
                Obstacle::Refused { said, .. } => (
                    format!("AWS se negó a eliminar el clúster: {}", printable(said)),
                    "corrija lo que AWS indica y Nightshift hace el resto la próxima vez que se ejecute".to_owned(),
                ),
            };
            said(
                format!("está eliminado a medias: {}. Lo que impide el resto: {stop}", half_deleted(half, asked)),
                &format!(
                    "para terminar: {on}. Para conservarlo: cambie su caducidad y vuelva a crear sus instancias (aws rds create-db-instance)"
                ),
            )
        }
        Why::KeyLost { status } => said(
            format!("ha caducado, pero no se puede usar su clave de cifrado ({})", printable(status)),
            "haga que la clave se pueda usar de nuevo, o elimine el clúster a mano: sin la clave no se pueden conservar sus datos",
        ),
        Why::StatusFailed { status } => said(
            format!("ha caducado, pero AWS le da el estado '{}', que no se resuelve solo", printable(status)),
            "elimínelo a mano (aws rds delete-db-cluster): AWS no puede hacer ninguna copia de él",
        ),
        Why::DeletionProtection => said(
            "ha caducado, pero está protegido contra la eliminación".to_owned(),
            "desactive la protección si puede eliminarse (aws rds modify-db-cluster --no-deletion-protection)",
        ),
        Why::Managed { key, value } => said(
            format!("ha caducado, pero lo creó otra herramienta ({}={})", printable(key), printable(value)),
            "elimínelo con esa herramienta; si no, lo volvería a crear o fallaría al no encontrarlo",
        ),
        Why::TagLimit { has, needs } => said(
            format!("tiene {has} etiquetas y eliminarlo requiere {needs} más; AWS permite {}", Tags::LIMIT),
            "quite las etiquetas que no necesite",
        ),
        _ => None,
    }
}

fn half_deleted(half: &HalfDeleted, asked: Asked<'_>) -> String {
    let HalfDeleted { asked: at, had, has } = half;
    format!(
        "una eliminación que empezó el {} le quitó {} de sus {had} instancias y le quedan {has}; sus datos siguen ahí",
        asked.clock.show(*at),
        had - has
    )
}
