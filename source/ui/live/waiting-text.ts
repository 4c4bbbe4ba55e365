import {isConnected, type State} from '../state.js';
import type {Theme} from '../theme/theme.js';

/** What is said until it is known what there is. */
export const waitingText = ({
	state,
	theme,
}: {
	readonly state: State;
	readonly theme: Theme;
}): string =>
	isConnected(state)
		? theme.glyphs.ellipsis
		: 'No connection: what is here is not known.';
