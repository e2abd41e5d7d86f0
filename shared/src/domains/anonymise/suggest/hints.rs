//! What the name of a column says, in the languages people name columns in.

use crate::domains::anonymise::Fake;

/// What a column is about, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hint {
    Mail,
    Phone,
    FirstName,
    LastName,
    Name,
    User,
    Address,
    City,
    Company,
    Iban,
    Ip,
    Birth,
    Secret,
    Identity,
    Card,
    Money,
    Health,
    Place,
}

impl Hint {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "a mail address",
            Self::Phone => "a phone number",
            Self::FirstName => "a first name",
            Self::LastName => "a family's name",
            Self::Name => "a person's name",
            Self::User => "a user's name",
            Self::Address => "an address",
            Self::City => "a town",
            Self::Company => "a company",
            Self::Iban => "a bank account",
            Self::Ip => "an address on the network",
            Self::Birth => "a day of birth",
            Self::Secret => "a credential",
            Self::Identity => "a number that a state knows a person by",
            Self::Card => "a payment card",
            Self::Money => "somebody's money",
            Self::Health => "about somebody's body or beliefs",
            Self::Place => "where somebody is",
        }
    }

    /// What is made up in its place, where that is all there is to it.
    pub(super) const fn fake(self) -> Option<Fake> {
        match self {
            Self::Mail => Some(Fake::Mail),
            Self::Phone => Some(Fake::Phone),
            Self::FirstName => Some(Fake::FirstName),
            Self::LastName => Some(Fake::LastName),
            Self::Name => Some(Fake::Name),
            Self::User => Some(Fake::User),
            Self::Address => Some(Fake::Address),
            Self::City => Some(Fake::City),
            Self::Company => Some(Fake::Company),
            Self::Iban => Some(Fake::Iban),
            Self::Ip => Some(Fake::Ip),
            Self::Birth | Self::Secret | Self::Identity | Self::Card | Self::Money | Self::Health | Self::Place => None,
        }
    }
}

/// What part of a name has to be there, longest first among those that hold one another; without `_` and in lower case.
const PARTS: [(Hint, &[&str]); 17] = [
    (
        Hint::Secret,
        &[
            "password",
            "passwd",
            "passwort",
            "contrasena",
            "motdepasse",
            "senha",
            "token",
            "secret",
            "apikey",
            "privatekey",
            "otp",
            "salt",
            "credential",
            "sessionid",
            "cookie",
            "webhook",
        ],
    ),
    (Hint::Mail, &["email", "mail", "correo", "courriel"]),
    (
        Hint::Iban,
        &[
            "iban",
            "bankaccount",
            "accountnumber",
            "kontonummer",
            "cuentabancaria",
            "numerocuenta",
            "comptebancaire",
            "bic",
            "swift",
        ],
    ),
    (Hint::Card, &["creditcard", "cardnumber", "pan", "tarjeta", "kreditkarte", "cartebancaire", "cvv", "cvc"]),
    (
        Hint::Identity,
        &[
            "ssn",
            "socialsecurity",
            "dni",
            "nie",
            "nif",
            "passport",
            "pasaporte",
            "passeport",
            "taxid",
            "steuerid",
            "codicefiscale",
            "nationalid",
            "idcard",
            "nhs",
            "pesel",
            "cpf",
            "driverlicense",
            "licenseplate",
            "matricula",
        ],
    ),
    (
        Hint::Phone,
        &[
            "phone",
            "mobile",
            "telefon",
            "telefono",
            "telephone",
            "movil",
            "handy",
            "fax",
            "cellulare",
            "celular",
            "whatsapp",
        ],
    ),
    (
        Hint::FirstName,
        &["firstname", "givenname", "forename", "vorname", "prenom", "middlename", "nomedibattesimo", "primernombre"],
    ),
    (
        Hint::LastName,
        &[
            "lastname",
            "surname",
            "familyname",
            "nachname",
            "apellido",
            "nomdefamille",
            "cognome",
            "sobrenome",
            "maidenname",
        ],
    ),
    (Hint::User, &["username", "login", "nickname", "usuario", "benutzer", "screenname", "handle"]),
    (
        Hint::Company,
        &[
            "company",
            "employer",
            "empresa",
            "firma",
            "entreprise",
            "societe",
            "azienda",
            "organisation",
            "organization",
        ],
    ),
    (
        Hint::Name,
        &[
            "fullname",
            "displayname",
            "contactname",
            "customername",
            "personname",
            "holder",
            "recipient",
            "titular",
            "nombre",
        ],
    ),
    (
        Hint::Address,
        &[
            "address",
            "street",
            "direccion",
            "calle",
            "domicilio",
            "adresse",
            "strasse",
            "rue",
            "indirizzo",
            "endereco",
            "addr",
        ],
    ),
    (Hint::City, &["city", "town", "ciudad", "stadt", "ville", "citta", "cidade", "localidad", "municipio", "ort"]),
    (Hint::Birth, &["birth", "born", "dob", "nacimiento", "geburt", "naissance", "nascita", "nascimento"]),
    (Hint::Place, &["latitude", "longitude", "geoloc", "postcode", "postal", "zip", "plz"]),
    (Hint::Money, &["salary", "income", "salario", "gehalt", "salaire", "stipendio", "wage"]),
    (
        Hint::Health,
        &[
            "diagnos",
            "disease",
            "allerg",
            "religion",
            "ethnic",
            "gender",
            "sexual",
            "bloodtype",
            "disabil",
            "health",
            "salud",
        ],
    ),
];
/// Names that mean something only as the whole of it.
const WHOLE: [(Hint, &[&str]); 4] = [
    (Hint::Name, &["name", "nom", "nome"]),
    (Hint::Ip, &["ip", "ipaddress", "ipaddr", "remoteip", "clientip", "lastip", "remoteaddr"]),
    (Hint::User, &["user", "nick"]),
    (Hint::Phone, &["tel", "cell"]),
];
/// So short that it only counts where the name is not much longer.
const SHORT: usize = 4;

/// What `name` says.
pub(super) fn of_name(name: &str) -> Option<Hint> {
    let plain: String =
        name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).map(unaccented).collect();
    let words: Vec<String> = name
        .split(|c: char| !c.is_alphanumeric())
        .map(|word| word.chars().flat_map(char::to_lowercase).map(unaccented).collect())
        .collect();
    let whole = WHOLE.iter().find(|(_, names)| names.contains(&plain.as_str()));
    let holds =
        |part: &&str| if part.len() <= SHORT { words.iter().any(|word| word == *part) } else { plain.contains(*part) };
    let part = || PARTS.iter().find(|(_, parts)| parts.iter().any(holds));
    whole.map(|(hint, _)| *hint).or_else(|| part().map(|(hint, _)| *hint))
}

fn unaccented(c: char) -> char {
    match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' => 'a',
        'é' | 'è' | 'ê' | 'ë' => 'e',
        'í' | 'ì' | 'î' | 'ï' => 'i',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' => 'o',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ñ' => 'n',
        'ç' => 'c',
        c => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_known_in_several_languages_and_an_innocent_one_is_not() {
        for (name, expected) in [
            ("email", Some(Hint::Mail)),
            ("E-Mail", Some(Hint::Mail)),
            ("correo_electronico", Some(Hint::Mail)),
            ("customer_phone", Some(Hint::Phone)),
            ("Teléfono", Some(Hint::Phone)),
            ("tel", Some(Hint::Phone)),
            ("apellidos", Some(Hint::LastName)),
            ("vorname", Some(Hint::FirstName)),
            ("name", Some(Hint::Name)),
            ("nombre", Some(Hint::Name)),
            ("login", Some(Hint::User)),
            ("user", Some(Hint::User)),
            ("empresa", Some(Hint::Company)),
            ("dirección", Some(Hint::Address)),
            ("ciudad", Some(Hint::City)),
            ("iban", Some(Hint::Iban)),
            ("last_ip", Some(Hint::Ip)),
            ("date_of_birth", Some(Hint::Birth)),
            ("api_key", Some(Hint::Secret)),
            ("dni", Some(Hint::Identity)),
            ("card_number", Some(Hint::Card)),
            ("salary", Some(Hint::Money)),
            ("gender", Some(Hint::Health)),
            ("zip", Some(Hint::Place)),
            ("id", None),
            ("company_panel", Some(Hint::Company)),
            ("expansion", None),
            ("report", None),
            ("zipped", None),
            ("quantity", None),
            ("created_at", None),
            ("status", None),
        ] {
            assert_eq!(of_name(name), expected, "{name}");
        }
        for (hint, _) in PARTS {
            assert!(!hint.as_str().is_empty());
        }
    }
}
