//! Which shapes of `dependsOn` a batch may have.
//!
//! "Combine multiple HTTP requests using JSON batching", section "Sequencing requests with the dependsOn property", and
//! "Known issues with Microsoft Graph APIs": fully parallel, fully serial, or all on the same one.

/// How the requests of one batch depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DependencyShape {
    /// No request depends on another one.
    Parallel,
    /// Everyone depends on the one before.
    Serial,
    /// Everyone who depends on anybody depends on the same one.
    Same,
}

/// Why a batch is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// The request with this index names an id that does not come before it.
    NotEarlier(usize),
    /// Any other shape.
    Mixed,
}

impl DependencyShape {
    /// The shape of a batch, from the indices that each request depends on; `None` stands for an id that is not there.
    pub(crate) fn of(dependencies: &[Vec<Option<usize>>]) -> Result<Self, Wrong> {
        for (index, named) in dependencies.iter().enumerate() {
            if named.iter().any(|named| named.is_none_or(|named| named >= index)) {
                return Err(Wrong::NotEarlier(index));
            }
        }
        if dependencies.iter().any(|named| named.len() > 1) {
            return Err(Wrong::Mixed);
        }
        let single = |index: usize| dependencies[index].first().copied().flatten();
        let named: Vec<usize> = (0..dependencies.len()).filter_map(single).collect();
        let Some(&first) = named.first() else { return Ok(Self::Parallel) };
        if (1..dependencies.len()).all(|index| single(index) == Some(index - 1)) {
            Ok(Self::Serial)
        } else if named.iter().all(|&named| named == first) {
            Ok(Self::Same)
        } else {
            Err(Wrong::Mixed)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(dependencies: &[&[usize]]) -> Result<DependencyShape, Wrong> {
        let named = |named: &&[usize]| named.iter().copied().map(Some).collect();
        DependencyShape::of(&dependencies.iter().map(named).collect::<Vec<_>>())
    }

    #[test]
    fn three_shapes_are_taken() {
        assert_eq!(shape(&[&[], &[], &[]]), Ok(DependencyShape::Parallel));
        assert_eq!(shape(&[&[], &[0], &[1]]), Ok(DependencyShape::Serial));
        assert_eq!(shape(&[&[], &[], &[1], &[1]]), Ok(DependencyShape::Same));
        assert_eq!(shape(&[&[], &[0]]), Ok(DependencyShape::Serial));
        assert_eq!(shape(&[]), Ok(DependencyShape::Parallel));
    }

    #[test]
    fn pairs_in_one_batch_are_refused_whole() {
        assert_eq!(shape(&[&[], &[0], &[], &[2]]), Err(Wrong::Mixed));
        assert_eq!(shape(&[&[], &[], &[0, 1]]), Err(Wrong::Mixed));
    }

    #[test]
    fn a_dependency_must_come_earlier() {
        assert_eq!(shape(&[&[1], &[]]), Err(Wrong::NotEarlier(0)));
        assert_eq!(shape(&[&[0]]), Err(Wrong::NotEarlier(0)));
        assert_eq!(DependencyShape::of(&[vec![], vec![None]]), Err(Wrong::NotEarlier(1)));
    }
}
