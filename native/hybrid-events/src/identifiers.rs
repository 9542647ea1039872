//! The grammar of the identifiers that events carry. See <https://spec.matrix.org/v1.16/appendices/#identifier-grammar>.

/// Whether the text is a user ID, historical ones included: any local part without `:` and NUL, then a server name.
pub fn is_user_id(text: &str) -> bool {
    text.len() <= crate::MAX_FIELD_BYTES
        && text
            .strip_prefix('@')
            .and_then(|rest| rest.split_once(':'))
            .is_some_and(|(localpart, server)| !localpart.contains('\0') && is_server_name(server))
}

/// The server that a user, room or event ID names after its first colon.
pub fn server_of(id: &str) -> Option<&str> {
    id.split_once(':').map(|(_, server)| server)
}

/// Whether the text is a server name: a DNS name, an IPv4 address or an IPv6 address in brackets, and perhaps a port.
pub fn is_server_name(text: &str) -> bool {
    let (host_is_valid, port) = match text.strip_prefix('[') {
        Some(rest) => match rest.split_once(']') {
            Some((address, "")) => (is_ipv6(address), None),
            Some((address, port)) => (
                is_ipv6(address),
                Some(port.strip_prefix(':').unwrap_or("missing colon")),
            ),
            None => (false, None),
        },
        None => match text.split_once(':') {
            Some((host, port)) => (is_host(host), Some(port)),
            None => (is_host(text), None),
        },
    };
    host_is_valid && port.is_none_or(is_port)
}

fn is_host(text: &str) -> bool {
    (1..=255).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'.')
}

fn is_ipv6(text: &str) -> bool {
    (2..=45).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_hexdigit() || byte == b':' || byte == b'.')
}

fn is_port(text: &str) -> bool {
    (1..=5).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn server_names_follow_the_grammar() {
        for valid in [
            "matrix.org",
            "matrix.org:8888",
            "1.2.3.4",
            "1.2.3.4:1234",
            "[1234:5678::abcd]",
            "[::1]:5678",
            "a",
        ] {
            assert!(is_server_name(valid), "{valid}");
        }
        for invalid in [
            "", ":80", "a:", "a:123456", "a:b", "a b", "ä.de", "[::1", "[::1]8", "[]", "a/b", "[::1]:",
        ] {
            assert!(!is_server_name(invalid), "{invalid}");
        }
    }

    #[test]
    fn user_ids_follow_the_grammar() {
        for valid in ["@a:b", "@:b", "@A ü!:b.c:80", "@a:[::1]:8448"] {
            assert!(is_user_id(valid), "{valid}");
        }
        let long = format!("@{}:b", "a".repeat(253));
        for invalid in ["", "@", "a:b", "@a", "@a:", "@a\0:b", "@a:b c", long.as_str()] {
            assert!(!is_user_id(invalid), "{invalid}");
        }
        assert_eq!(server_of("@a:b:80"), Some("b:80"));
        assert_eq!(server_of("!hash"), None);
    }
}
