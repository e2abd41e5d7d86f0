//! In Spanish.

use super::{Ask, Column, Fact, Item, Text};

pub(super) const SNAPSHOTS: [&str; 7] =
    ["copia", "región", "clúster", "propietario", "estado", "se va", "para recuperarlo"];

pub(super) fn said(text: Text<'_>) -> String {
    match text {
        Text::WouldDelete { id, region, account } => format!("se eliminará: {id} en {region} de la cuenta {account}"),
        Text::Would { step } => format!("se haría: {step}"),
        Text::Taken { step } => format!("hecho: {step}"),
        Text::BringBack { snapshot, region } => {
            format!("para recuperarlo: nightshift clusters restore {snapshot} --region {region}")
        }
        Text::NoWayBack => {
            "no se hace ninguna copia: lo que se escribió en él se pierde, y lo demás está en su origen".to_owned()
        }
        Text::TypeTheName { id } => format!("¿Eliminarlo? Escriba su nombre ({id}): "),
        Text::NotThatName { id } => format!("eso no es {id}; no se ha eliminado nada"),
        Text::NothingTyped => "no se ha escrito nada y no se ha eliminado nada".to_owned(),
        Text::Deleted { id } => format!("{id} se está eliminando"),
        Text::DeletionGoesOn => "AWS tarda unos minutos".to_owned(),
        Text::Started { id } => format!("{id} está arrancando: AWS no elimina ningún clúster parado"),
        Text::StartGoesOn => {
            "repita la orden cuando esté disponible, en unos minutos; si no, cluster-cleanup lo elimina de noche".to_owned()
        }
        Text::OwnerTold { to, channel } => format!("se ha avisado a {to} por {channel}"),
        Text::OwnerNotTold { why } => format!("no se ha avisado a su propietario: {why}"),
        Text::NothingDeleted => "no se ha eliminado nada".to_owned(),
        Text::NothingMade => "no se ha creado nada".to_owned(),
        Text::NothingChanged => "no se ha cambiado nada".to_owned(),
        Text::Restored { id, until } => format!("el clúster {id} está restaurado; su vencimiento es {until}"),
        Text::NotWhole { id } => format!("el clúster {id} aún no está entero; la misma orden sigue desde aquí"),
        Text::NoTerminal => {
            "una eliminación necesita su palabra y no hay terminal donde preguntar; no se ha eliminado nada".to_owned()
        }
        Text::NoTerminalFix => "--yes con --account ID, o --dry-run para ver lo que haría".to_owned(),
        Text::NeedsPolicy => {
            "una eliminación necesita la política que ha de seguir: --policy FICHERO, o --function NOMBRE para leerla de la función cluster-cleanup; no se ha eliminado nada"
                .to_owned()
        }
        Text::NeedsAccount => "--yes necesita la cuenta: --account ID; no se ha eliminado nada".to_owned(),
        Text::LeftNever => "nunca".to_owned(),
        Text::LeftExpired => "vencido".to_owned(),
        Text::LeftDays(days) => format!("en {days} días"),
        Text::LeftHours(0) => "en menos de una hora".to_owned(),
        Text::LeftHours(1) => "en 1 hora".to_owned(),
        Text::LeftHours(hours) => format!("en {hours} horas"),
        Text::LeftUnreadable => "ilegible".to_owned(),
        Text::BeingMade => "creándose".to_owned(),
        Text::NothingToList => "no hay nada que listar".to_owned(),
        Text::NothingOf { whose } => format!("no hay nada de {whose}; --all muestra lo de todos"),
        Text::Means { typed, shown, at } => format!("'{typed}' es {shown}, es decir, {at}"),
        Text::NoDay { flag, typed } => format!("{flag} '{typed}' no es un día ni una hora; no se ha hecho nada"),
        Text::HowToWriteADay => {
            "escriba AAAA-MM-DD, AAAA-MM-DDTHH:MM:SSZ, cuánto tiempo, como 36h, 7d o 'en 2 semanas', o mañana, viernes, 'viernes 18:00'"
                .to_owned()
        }
        Text::Fact(fact) => self::fact(fact).to_owned(),
        Text::NextRunWould { step } => format!("la próxima ejecución haría: {step}"),
        Text::WhoseAndWhere { id, region, owner: None } => format!("{id} en {region}, de nadie"),
        Text::WhoseAndWhere { id, region, owner: Some(owner) } => format!("{id} en {region}, de {owner}"),
        Text::WhatNext => "¿Qué quiere hacer?".to_owned(),
        Text::AnythingElse => "¿Algo más que indicar?".to_owned(),
        Text::HowToChoose => "flechas mueven, escribir filtra, Intro elige, Esc vuelve, Ctrl-C sale".to_owned(),
        Text::HowToChooseSome => "Espacio elige, escribir filtra, Intro sigue, Esc vuelve, Ctrl-C sale".to_owned(),
        Text::HowToType => "Intro sigue, Esc vuelve, Ctrl-C sale".to_owned(),
        Text::HowToTypeADay => {
            "7d, en 2 semanas, mañana, viernes 18:00, 2026-12-05; Esc vuelve".to_owned()
        }
        Text::NoSuchDay { typed } => format!("'{typed}' no es un día ni una hora"),
        Text::TypeSomething => "escriba algo, o vuelva con Esc".to_owned(),
        Text::NothingDone => "no se ha hecho nada".to_owned(),
        Text::Making { id, step } => format!("creando {id}: {step}"),
        Text::Usable { id } => format!("{id} ya se puede usar"),
    }
}

fn fact(fact: Fact) -> &'static str {
    match fact {
        Fact::Status => "estado",
        Fact::Engine => "motor",
        Fact::Members => "instancias",
        Fact::Endpoint => "punto de conexión",
        Fact::Reader => "de lectura",
        Fact::Port => "puerto",
        Fact::Vpc => "VPC",
        Fact::Expires => "vence",
        Fact::Source => "clonado de",
        Fact::Monthly => "al mes",
        Fact::Connect => "conexión",
    }
}

pub(super) fn head(column: Column) -> &'static str {
    match column {
        Column::Cluster => "clúster",
        Column::Region => "región",
        Column::Owner => "propietario",
        Column::Engine => "motor",
        Column::Status => "estado",
        Column::Members => "instancias",
        Column::Expires => "vence",
        Column::Monthly => "al mes",
        Column::Vpc => "VPC",
        Column::Port => "puerto",
        Column::Endpoint => "punto de conexión",
    }
}

pub(super) fn item(item: Item) -> &'static str {
    match item {
        Item::Clone => "clonar un clúster",
        Item::List => "listar mis clústeres",
        Item::Show => "mostrar un clúster",
        Item::Extend => "dar más tiempo a un clúster",
        Item::Delete => "eliminar un clon",
        Item::Restore => "restaurar un clúster de una copia",
        Item::Snapshots => "listar las copias finales",
        Item::Quit => "salir",
    }
}

pub(super) fn question(ask: Ask) -> &'static str {
    match ask {
        Ask::Source => "El clúster que se clona",
        Ask::Cluster => "El clúster",
        Ask::Snapshot => "La copia",
        Ask::Expires => "¿Cuándo vence?",
        Ask::Until => "¿Hasta cuándo?",
        Ask::Name => "Su nombre",
        Ask::Class => "La clase de sus instancias",
        Ask::Instances => "Cuántas instancias",
        Ask::Acu => "Capacidad Serverless, como 0.5-4",
        Ask::From => "Una copia completa, ¿de qué momento?",
        Ask::Anonymise => "Que sus datos no sean de nadie",
        Ask::Reason => "Por qué",
        Ask::Owner => "El propietario",
        Ask::Invoke => "La función desplegada que lo crea",
        Ask::Account => "La cuenta de la que se trata",
        Ask::Policy => "El fichero de la política",
        Ask::Function => "La función desplegada cuya política vale",
        Ask::DryRun => "Solo decir lo que haría",
        Ask::Yes => "Hacerlo sin preguntar",
        Ask::TagKey => "La clave de la etiqueta de vencimiento",
        Ask::All => "Los de todos",
        Ask::Mine => "Solo los míos",
        Ask::Called => "Solo lo que se llame así",
        Ask::Prices => "El fichero de precios",
        Ask::Output => "Cómo mostrarlo",
        Ask::Profile => "El perfil de AWS",
        Ask::Region => "La región",
        Ask::Colour => "Si se usan colores",
    }
}
