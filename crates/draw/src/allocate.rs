//! How many from each stratum.

use crate::Refusal;

/// Shares `n` among strata in proportion to their sizes, by largest remainder in whole numbers, with at least
/// `minimum` (or everybody, where there are fewer) from each. Strata come sorted by name; of equal remainders the
/// earlier name wins.
///
/// Strata that would get less than their minimum are set to it, and the rest is shared among the others again.
pub fn allocate(n: u64, sizes: &[u64], minimum: u64) -> Result<Vec<u64>, Refusal> {
    let all: u64 = sizes.iter().sum();
    let n = n.min(all);
    let least = |size: u64| size.min(minimum);
    let needed: u64 = sizes.iter().map(|&size| least(size)).sum();
    if needed > n {
        return Err(Refusal::Design(format!(
            "n is {n}, but {} strata with a minimum of {minimum} need {needed}: raise n, lower the minimum or use fewer strata",
            sizes.len()
        )));
    }
    let mut fixed = vec![false; sizes.len()];
    loop {
        let settled: u64 =
            sizes.iter().zip(&fixed).filter(|(_, fixed)| **fixed).map(|(&size, _)| least(size)).sum();
        let open: Vec<u64> =
            sizes.iter().zip(&fixed).map(|(&size, fixed)| if *fixed { 0 } else { size }).collect();
        let shares: Vec<u64> = largest_remainder(n - settled, &open)
            .into_iter()
            .zip(sizes.iter().zip(&fixed))
            .map(|(share, (&size, fixed))| if *fixed { least(size) } else { share })
            .collect();
        let mut settled_more = false;
        for ((share, &size), fixed) in shares.iter().zip(sizes).zip(&mut fixed) {
            if *share < least(size) {
                (*fixed, settled_more) = (true, true);
            }
        }
        if !settled_more {
            return Ok(shares);
        }
    }
}

/// Shares `n` (at most the sum) in proportion.
pub(crate) fn largest_remainder(n: u64, sizes: &[u64]) -> Vec<u64> {
    let all: u128 = sizes.iter().map(|&size| u128::from(size)).sum();
    if all == 0 {
        return vec![0; sizes.len()];
    }
    let share = |size: u64| (u128::from(n) * u128::from(size) / all, u128::from(n) * u128::from(size) % all);
    // A share is at most n, which fits.
    let mut shares: Vec<u64> = sizes.iter().map(|&size| u64::try_from(share(size).0).unwrap_or(n)).collect();
    let mut left = n - shares.iter().sum::<u64>();
    let mut by_remainder: Vec<usize> = (0..sizes.len()).collect();
    by_remainder.sort_by_key(|&at| (std::cmp::Reverse(sizes.get(at).map(|&size| share(size).1)), at));
    for at in by_remainder {
        if let Some(share) = shares.get_mut(at).filter(|_| left > 0) {
            *share += 1;
            left -= 1;
        }
    }
    shares
}
