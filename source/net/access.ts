import type {Access} from './messages/method.js';

/** What the other side of a connection has shown of itself. */
export type Standing =
	/** It has not said hello yet. */
	| {readonly kind: 'stranger'}
	| {
			readonly kind: 'known';
			/** By the key that it holds. */
			readonly access: 'view' | 'change';
			readonly role: 'worker' | 'viewer' | 'client';
	  };

/** Why this may not be asked by whoever asks; undefined where it may. The only place that decides it. */
export const refusal = (
	needed: Access,
	standing: Standing,
): string | undefined => {
	if (needed === 'anyone') {
		return undefined;
	}

	if (standing.kind === 'stranger') {
		return 'say hello first';
	}

	switch (needed) {
		case 'view': {
			return undefined;
		}

		case 'change': {
			return standing.access === 'change'
				? undefined
				: "the view-only key lets you look, not change; it takes the farm's full key";
		}

		case 'worker': {
			return standing.role === 'worker'
				? undefined
				: 'only a connection that said hello as a worker may';
		}
	}
};
