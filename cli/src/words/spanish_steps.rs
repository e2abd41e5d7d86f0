//! The steps of the `clusters` jobs in Spanish. A step that lacks its words does not compile.

use nightshift::domains::clusters::step::{ClusterStep, Kept, Place};
use nightshift::text::printable;

pub(super) fn step(step: &ClusterStep) -> String {
    match step {
        ClusterStep::AskAgain { asked } => format!("ya se pidió el {asked} y sigue entero: pedirlo otra vez"),
        ClusterStep::LiftProtection => "quitar la protección contra la eliminación".to_owned(),
        ClusterStep::DeleteMember { member, writer } => format!("eliminar su instancia de {} {member}", role(*writer)),
        ClusterStep::DeleteCluster { cluster, kept: Some(Kept { snapshot, days }) } => {
            format!("eliminar {cluster}; sus datos se conservan {days} días en la copia {snapshot}")
        }
        ClusterStep::DeleteCluster { cluster, kept: None } => format!("eliminar {cluster} sin hacer una copia"),
        ClusterStep::StartCluster { cluster } => format!("arrancar {cluster}: parado no se puede eliminar"),
        ClusterStep::KeepSnapshot { kept: Kept { snapshot, days } } => {
            format!("etiquetar la copia {snapshot}: se conserva {days} días")
        }
        ClusterStep::DeleteSnapshot { snapshot, of } => format!("eliminar la copia {snapshot} de {of}"),
        ClusterStep::TellExpiry { at } => format!("avisar a su propietario de que vence el {at}"),
        ClusterStep::TellDeleted { cluster } => {
            format!("avisar al propietario de {cluster} de que se eliminó y dónde están sus datos")
        }
        ClusterStep::ForgetNotice => "anular el aviso que se dio antes de que cambiaran sus etiquetas".to_owned(),
        ClusterStep::AskOwner { about } => format!("pedir a su propietario que arregle: {about}"),
        ClusterStep::MoveExpiry { cluster, tag, was, until } => {
            format!("poner {} de {cluster} a {until} (era {})", printable(tag), printable(was))
        }
        ClusterStep::RestoreCluster { cluster, snapshot, place } => {
            format!("restaurar {cluster} de {snapshot} ({})", self::place(place))
        }
        ClusterStep::CreateMember { member, class, writer } => {
            let of = writer.map_or_else(String::new, |writer| format!(" de {}", role(writer)));
            format!("crear la instancia{of} {member} ({class})")
        }
        ClusterStep::Clone { cluster, source, at, place, until } => {
            let how = match at {
                Some(at) => format!("hacer {cluster}, una copia completa de {source} tal como era el {at}"),
                None => format!("hacer {cluster}, un clon de {source} que comparte sus datos"),
            };
            format!("{how} ({}, copias automáticas de 1 día), hasta el {until}", self::place(place))
        }
        ClusterStep::OwnPassword => "darle una contraseña maestra propia, que RDS guarda en Secrets Manager".to_owned(),
        ClusterStep::Anonymise { cluster, rules, fingerprint } => format!(
            "hacer que los datos de {cluster} no sean de nadie, con las reglas {} ({fingerprint}) y una clave que se destruye al final",
            printable(rules)
        ),
        ClusterStep::HandOver => "entregarlo: nightshift:clone=ready".to_owned(),
        ClusterStep::SweepClone { cluster, since } => {
            format!("eliminar {cluster} sin copia: un clon empezado el {since}, sin instancias y nunca entregado")
        }
        ClusterStep::DestroyKey { secret } => {
            format!("destruir el secreto {}: la clave de un clon sin anonimizar que ya no está", printable(secret))
        }
        ClusterStep::TellReady { owner } => format!("avisar a {owner} de que está listo"),
        ClusterStep::TellOverQuota { owner } => format!("avisar a {owner} de que es un clon de más"),
    }
}

const fn role(writer: bool) -> &'static str {
    if writer { "escritura" } else { "lectura" }
}

fn place(place: &Place) -> String {
    let [subnets, security, parameters, port] = place.shown("por defecto");
    format!(
        "grupo de subredes {subnets}, grupos de seguridad {security}, grupo de parámetros {parameters}, puerto {port}"
    )
}
