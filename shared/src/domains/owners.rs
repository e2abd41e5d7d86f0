//! Whether two names are one person's.

/// `ana` and `ana@example.com` are one; two addresses are compared whole.
pub fn is_the_same(one: &str, other: &str) -> bool {
    let local = |name: &str| name.split('@').next().unwrap_or_default().to_lowercase();
    if one.contains('@') && other.contains('@') {
        return one.eq_ignore_ascii_case(other);
    }
    local(one) == local(other)
}

/// Whether two names are one, however they are spelt.
pub fn is_spelt_alike(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_its_address_are_one_and_two_addresses_are_two() {
        assert!(is_the_same("ana", "Ana@example.com") && is_the_same("ANA@example.com", "ana@EXAMPLE.com"));
        assert!(!is_the_same("ana@example.com", "ana@example.org") && !is_the_same("ana", "anabel"));
    }
}
