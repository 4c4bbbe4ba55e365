import type {ResolverName} from '../../core/resolver-name.js';
import type {Resolver} from './contract.js';
import {rez} from './rez.js';
import {standard} from './standard.js';
import {trivial} from './trivial.js';

/** The environment resolvers, by the name that tasks and settings call them. */
export const resolvers: Readonly<Record<ResolverName, Resolver>> = {
	trivial,
	standard,
	rez,
};
