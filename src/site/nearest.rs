//! The allowed name nearest to a misspelt one.

/// The name of `allowed` that `wrong` most likely meant; `None` when none is near.
pub fn nearest<'a>(wrong: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = |name: &&str| distance(wrong, name) <= 1 + name.len().max(wrong.len()) / 4;
    allowed
        .into_iter()
        .filter(near)
        .min_by_key(|name| distance(wrong, name))
}

/// Letters to insert, delete or replace to make one word of the other (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_misspelt_key_finds_its_neighbour() {
        let keys = ["id", "name", "channel", "pin_required"];
        assert_eq!(nearest("chanel", keys), Some("channel"));
        assert_eq!(nearest("pin_requierd", keys), Some("pin_required"));
        assert_eq!(nearest("namw", keys), Some("name"));
    }

    #[test]
    fn a_word_like_no_key_finds_none() {
        assert_eq!(nearest("temperature", ["id", "name", "channel"]), None);
    }
}
