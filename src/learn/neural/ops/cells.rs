//! What a recurrent network does at one token, and the way back.

use super::Real;
use crate::learn::neural::params::Cell;

impl Cell {
    /// Numbers that the way back needs for each number of the state.
    pub(super) fn kept(self) -> usize {
        match self {
            Cell::Simple => 0,
            Cell::Gru => 4,
            Cell::Lstm => 5,
        }
    }

    /// `state` and `memory` after a token. `input` and `before` are the sums of what is
    /// read and of the state before; `kept` gets what the way back needs.
    pub(super) fn step<T: Real>(
        self,
        (input, before): (&[T], &[T]),
        (state, memory): (&mut [T], &mut [T]),
        kept: &mut [T],
    ) {
        let hidden = state.len();
        let at = |gate: usize, k: usize| gate * hidden + k;
        match self {
            Cell::Simple => {
                for k in 0..hidden {
                    state[k] = (input[k] + before[k]).tanh();
                }
            }
            Cell::Gru => {
                for k in 0..hidden {
                    let reset = sigmoid(input[k] + before[k]);
                    let update = sigmoid(input[at(1, k)] + before[at(1, k)]);
                    let product = before[at(2, k)];
                    let new = (input[at(2, k)] + reset * product).tanh();
                    state[k] = new + update * (state[k] - new);
                    let values = [reset, update, new, product];
                    values.iter().enumerate().for_each(|(gate, value)| kept[at(gate, k)] = *value);
                }
            }
            Cell::Lstm => {
                for k in 0..hidden {
                    let sum = |gate| input[at(gate, k)] + before[at(gate, k)];
                    let (take, keep) = (sigmoid(sum(0)), sigmoid(sum(1)));
                    let (new, show) = (sum(2).tanh(), sigmoid(sum(3)));
                    memory[k] = keep * memory[k] + take * new;
                    state[k] = show * memory[k].tanh();
                    let values = [take, keep, new, show, memory[k]];
                    values.iter().enumerate().for_each(|(gate, value)| kept[at(gate, k)] = *value);
                }
            }
        }
    }

    /// The way back: `to_state` and `to_memory` hold the gradients after the token, and
    /// then those before it, but for what came through the product with the weights.
    pub(super) fn back<T: Real>(
        self,
        at_token: &Kept<'_, T>,
        (to_state, to_memory): (&mut [T], &mut [T]),
        (to_input, to_before): (&mut [T], &mut [T]),
    ) {
        let hidden = to_state.len();
        let (one, zero) = (T::one(), T::zero());
        let at = |gate: usize, k: usize| gate * hidden + k;
        let kept = |gate: usize, k: usize| at_token.kept[at(gate, k)];
        let slope = |value: T| value * (one - value);
        match self {
            Cell::Simple => {
                for k in 0..hidden {
                    let state = at_token.state[k];
                    to_before[k] = to_state[k] * (one - state * state);
                    to_state[k] = zero;
                }
                to_input.copy_from_slice(to_before);
            }
            Cell::Gru => {
                for k in 0..hidden {
                    let (reset, update, new) = (kept(0, k), kept(1, k), kept(2, k));
                    let old = at_token.before.map_or(zero, |state| state[k]);
                    let to_new = to_state[k] * (one - update) * (one - new * new);
                    to_input[at(2, k)] = to_new;
                    to_before[at(2, k)] = to_new * reset;
                    to_input[k] = to_new * kept(3, k) * slope(reset);
                    to_input[at(1, k)] = to_state[k] * (old - new) * slope(update);
                    to_state[k] *= update;
                }
                to_before[..2 * hidden].copy_from_slice(&to_input[..2 * hidden]);
            }
            Cell::Lstm => {
                for k in 0..hidden {
                    let (take, keep, new, show) = (kept(0, k), kept(1, k), kept(2, k), kept(3, k));
                    let shown = kept(4, k).tanh();
                    let old = at_token.memory_before.map_or(zero, |memory| memory[k]);
                    let back = to_memory[k] + to_state[k] * show * (one - shown * shown);
                    to_before[k] = back * new * slope(take);
                    to_before[at(1, k)] = back * old * slope(keep);
                    to_before[at(2, k)] = back * take * (one - new * new);
                    to_before[at(3, k)] = to_state[k] * shown * slope(show);
                    to_memory[k] = back * keep;
                    to_state[k] = zero;
                }
                to_input.copy_from_slice(to_before);
            }
        }
    }
}

/// What is remembered of a token.
pub(super) struct Kept<'a, T> {
    /// The state after it.
    pub state: &'a [T],
    /// The state before it; none at the first token.
    pub before: Option<&'a [T]>,
    /// The memory before it, where the cell has one.
    pub memory_before: Option<&'a [T]>,
    /// What [`Cell::step`] kept.
    pub kept: &'a [T],
}

fn sigmoid<T: Real>(x: T) -> T {
    T::one() / (T::one() + (-x).exp())
}
