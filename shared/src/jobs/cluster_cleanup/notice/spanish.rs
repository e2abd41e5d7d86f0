//! In Spanish, what an owner is asked to put right. The report stays English.

use crate::domains::clusters::expiry::FARTHEST_YEARS;
use crate::domains::clusters::tags;
use crate::jobs::cluster_cleanup::plan::Why;
use crate::services::tags::Tags;
use crate::text::printable;

const WRITE_THE_TIME: &str =
    "escriba la hora como 2026-03-31T12:00:00Z, el día como 2026-03-31, o 'never'; hasta entonces no se elimina";

/// What is the case and the next step; `None` for what is never said to an owner.
pub(super) fn words(why: &Why) -> Option<(String, String)> {
    let said = |message: String, fix: &str| Some((message, fix.to_owned()));
    match why {
        Why::LookAlikeTags { keys } => said(
            format!("tiene más de una etiqueta de caducidad: '{}'", printable(&keys.join("', '"))),
            "quite todas menos la que vale",
        ),
        Why::MalformedExpiry { value } => {
            said(format!("su caducidad '{}' no es una hora que se pueda leer", printable(value)), WRITE_THE_TIME)
        }
        Why::BareNumber { value } => {
            said(format!("su caducidad '{value}' es un número suelto y nadie sabe de qué"), WRITE_THE_TIME)
        }
        Why::BeforeCreation { value, .. } => said(
            format!("su caducidad {} es anterior a su creación, así que no puede ser la suya", printable(value)),
            WRITE_THE_TIME,
        ),
        Why::TooFarAhead { value } => {
            said(format!("su caducidad {} queda a más de {FARTHEST_YEARS} años", printable(value)), WRITE_THE_TIME)
        }
        Why::MalformedPurge { value } => said(
            format!("la etiqueta de borrado de la copia, '{}', no es una hora que se pueda leer", printable(value)),
            WRITE_THE_TIME,
        ),
        Why::GlobalClusterMember { global } => said(
            format!("pertenece al clúster global {}", printable(global)),
            "sáquelo antes del clúster global (aws rds remove-from-global-cluster)",
        ),
        Why::Replica { source } => said(
            format!("es una réplica de {}", printable(source)),
            "promuévalo antes (aws rds promote-read-replica-db-cluster)",
        ),
        Why::ReplicationSource { replicas } => said(
            format!("otros clústeres replican de él: {}", printable(&replicas.join(", "))),
            "elimine o promueva antes las réplicas",
        ),
        Why::Limitless => said(
            "es una base de datos Aurora Limitless, cuyo grupo de particiones se elimina con otra llamada".to_owned(),
            "elimine a mano su grupo de particiones y el clúster",
        ),
        Why::BlueGreen => said(
            "forma parte de un despliegue azul/verde".to_owned(),
            "elimine antes el despliegue (aws rds delete-blue-green-deployment)",
        ),
        Why::Integration => said(
            "es el origen de una integración zero-ETL".to_owned(),
            "elimine antes la integración (aws rds delete-integration)",
        ),
        Why::Stopped => said(
            "ha caducado pero está detenido, y AWS no elimina clústeres detenidos".to_owned(),
            "inícielo; una ejecución posterior lo elimina",
        ),
        Why::HalfDeleted { asked, until } => said(
            format!(
                "ha de seguir (hasta {until}), pero una eliminación empezada el {asked} ya le había quitado instancias"
            ),
            &format!(
                "vuelva a crear sus instancias (aws rds create-db-instance) y quite la etiqueta {}",
                tags::DELETE_REQUESTED
            ),
        ),
        Why::KeyLost { status } => said(
            format!("su clave de cifrado no es accesible ({status})"),
            "recupere el acceso a la clave o elimine el clúster a mano: sin ella no se puede hacer una copia",
        ),
        Why::DeletionProtection => said(
            "ha caducado, pero tiene activada la protección contra eliminación".to_owned(),
            "desactívela si puede eliminarse, o quite su etiqueta de caducidad",
        ),
        Why::TagLimit { has, needs } => said(
            format!("tiene {has} etiquetas y eliminarlo requiere {needs} más; AWS permite {}", Tags::LIMIT),
            "quite las etiquetas que no necesite",
        ),
        _ => None,
    }
}
