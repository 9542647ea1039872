//! Stored password hashes. The first line is the PHC string, the second the password.

use hybrid_password::{needs_rehash, verify, MAX_LANES, MAX_MEMORY_KIB, MAX_PASSES, MAX_WORK_KIB};

use crate::input;

/// How much work, in KiB times passes, one input may cost.
const CHEAP: u64 = 1 << 12;

pub fn run(input: &[u8]) {
    let mut rest = input;
    let phc = input::text(&mut rest);
    let password = input::line(&mut rest);
    let rehash = needs_rehash(phc);
    let cost = cost(phc);
    if let (Ok(_), Some((memory_kib, passes, lanes))) = (rehash, cost) {
        assert!(memory_kib <= u64::from(MAX_MEMORY_KIB) && passes <= u64::from(MAX_PASSES));
        assert!(lanes <= u64::from(MAX_LANES) && memory_kib * passes <= MAX_WORK_KIB);
    }
    // Refusing is free; computing a hash is not.
    if rehash.is_err() || cost.is_some_and(|(memory_kib, passes, _)| memory_kib * passes <= CHEAP) {
        let verified = verify(phc, password);
        assert_eq!(verify(phc, password), verified);
        if let Err(error) = rehash {
            assert_eq!(verified, Err(error));
        }
    }
}

/// Memory in KiB, passes and lanes, as the string names them.
fn cost(phc: &str) -> Option<(u64, u64, u64)> {
    let parameters = phc.split('$').find(|part| part.contains("m="))?;
    let read = |name: &str| {
        let mut values = parameters.split(',').filter_map(|pair| pair.strip_prefix(name));
        values
            .next_back()?
            .parse::<u64>()
            .ok()
            .filter(|&value| value <= 1 << 32)
    };
    Some((read("m=")?, read("t=")?, read("p=")?))
}
