//! The element of a body → the blocks of it that belong to the body.

use super::BodyParams;
use super::hints::Hints;
use super::segments::{Block, Blocks, Kind};
use crate::news::page::Page;

/// The places of the blocks that belong to the body in `node`.
pub(super) fn kept(page: &Page, blocks: &Blocks, node: usize, _params: &BodyParams) -> Vec<usize> {
    let inside = blocks.inside(page.node(node));
    let mut kept: Vec<usize> = inside.filter(|&at| belongs(&blocks.list[at])).collect();
    let first = kept.iter().position(|&at| blocks.list[at].prose() > 0).unwrap_or(0);
    kept.drain(..first);
    kept
}

fn belongs(block: &Block) -> bool {
    if block.hints.has(Hints::BOILERPLATE) {
        return false;
    }
    if block.kind == Kind::Heading && block.hints.has(Hints::TITLE) {
        return false;
    }
    block.link_list() == 0
}
