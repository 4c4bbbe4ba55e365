import type {Resolver} from './contract.js';
import {trivial} from './trivial.js';

/** The environment resolvers there are, by the name that tasks and settings call them. */
export const resolvers: ReadonlyMap<string, Resolver> = new Map([
	['trivial', trivial],
]);
