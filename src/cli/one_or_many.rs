//! Commands that work on one plan, or on all of a set: which of the two a command line means.

use super::apply::{self, ApplyArgs};
use super::doctor::{self, DoctorArgs};
use super::exit::{Exit, Failure};
use super::plan::{self, PlanArgs};
use super::sign::{self, SignArgs};
use super::tenants;
use super::verify::{self, VerifyArgs};
use crate::plan::approvers::ApprovalPolicy;

pub(super) async fn plan(args: PlanArgs) -> Result<Exit, Failure> {
    match args.of_set()? {
        Some(file) => tenants::plan(args, &file).await,
        None => plan::run(args).await,
    }
}

pub(super) fn sign(args: &SignArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    match args.mean_set()? {
        true => tenants::sign(&args.dir, &args.key, policies, args.json),
        false => sign::run(args, policies),
    }
}

pub(super) async fn apply(args: ApplyArgs, policies: &[ApprovalPolicy]) -> Result<Exit, Failure> {
    match args.of_set()? {
        Some((dir, file)) => tenants::apply(args, &dir, file.as_ref(), policies).await,
        None => apply::run(args, policies).await,
    }
}

pub(super) async fn verify(args: VerifyArgs) -> Result<Exit, Failure> {
    match args.of_set()? {
        Some((dir, file)) => tenants::verify(&args, &dir, file.as_ref()).await,
        None => verify::run(args).await,
    }
}

pub(super) async fn doctor(args: DoctorArgs) -> Result<Exit, Failure> {
    match args.of_set()? {
        Some((file, intended)) => tenants::doctor(&file, intended, &args.connection, args.json).await,
        None => doctor::run(args).await,
    }
}
