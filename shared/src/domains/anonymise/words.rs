//! The words that made-up values are put together of. They are frozen: a pseudonym stays the same from version to version for as
//! long as its key does, so words are only ever added in a new list.

/// Names people are called by.
pub(super) const FIRST: [&str; 48] = [
    "Ada", "Aino", "Alba", "Amir", "Ana", "Anton", "Bea", "Bruno", "Carla", "Chen", "Clara", "Dario", "Diana", "Elif",
    "Elsa", "Emil", "Eva", "Felix", "Fatou", "Greta", "Hana", "Hugo", "Ida", "Ines", "Ivan", "Jana", "Jon", "Kai",
    "Lara", "Leo", "Lin", "Luca", "Maja", "Marc", "Mina", "Nils", "Nora", "Olga", "Otto", "Pau", "Petra", "Rosa",
    "Sami", "Sara", "Tom", "Uma", "Vera", "Yara",
];
/// Names of families.
pub(super) const LAST: [&str; 48] = [
    "Abad", "Acker", "Bach", "Bauer", "Bell", "Berg", "Bianchi", "Blanco", "Brun", "Castro", "Costa", "Dahl", "Diaz",
    "Ebner", "Engel", "Faure", "Ferrer", "Frank", "Garcia", "Gil", "Haas", "Hansen", "Horn", "Ibarra", "Jansen",
    "Keller", "Khan", "Klein", "Lang", "Leroy", "Lopez", "Marin", "Meyer", "Moreau", "Nagy", "Novak", "Olsen", "Park",
    "Pons", "Ricci", "Rossi", "Sala", "Silva", "Soler", "Torres", "Vidal", "Weber", "Young",
];
/// Streets, with room for a number.
pub(super) const STREETS: [&str; 24] = [
    "Example Street",
    "Sample Road",
    "Test Avenue",
    "Model Lane",
    "Placeholder Square",
    "Nowhere Way",
    "Demo Court",
    "Calle Ejemplo",
    "Calle Prueba",
    "Avenida Modelo",
    "Plaza Muestra",
    "Musterweg",
    "Musterstrasse",
    "Beispielallee",
    "Rue Exemple",
    "Avenue Modele",
    "Place Essai",
    "Via Esempio",
    "Viale Prova",
    "Piazza Modello",
    "Rua Exemplo",
    "Exempelgatan",
    "Esimerkkitie",
    "Voorbeeldlaan",
];
/// Places that are on no map.
pub(super) const CITIES: [&str; 16] = [
    "Exampleton",
    "Sampleford",
    "Testbury",
    "Modelham",
    "Ejemplar",
    "Pruebas",
    "Muestral",
    "Musterstadt",
    "Beispielheim",
    "Exempleville",
    "Essaibourg",
    "Esempio",
    "Provaforte",
    "Exemplaria",
    "Exempelby",
    "Voorbeelddam",
];
/// What stands behind the name of a company.
pub(super) const COMPANY: [&str; 12] = [
    "Sample Ltd",
    "Sample Inc",
    "Muster GmbH",
    "Muestra SL",
    "Ejemplo SA",
    "Exemple SARL",
    "Esempio SRL",
    "Exempel AB",
    "Voorbeeld BV",
    "Prueba SL",
    "Test Partners",
    "Demo Group",
];
