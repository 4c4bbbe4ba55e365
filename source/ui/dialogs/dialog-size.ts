import type {State} from '../state.js';
import type {Dialog, DialogSize} from './dialog.js';

/** What a dialog has for itself, within its frame and below its title. */
export const dialogSize = (
	{isLarge = false}: Pick<Dialog, 'isLarge'>,
	{columns, rows}: State['size'],
): DialogSize => ({
	columns: (isLarge ? columns - 4 : Math.min(columns - 4, 76)) - 4,
	rows: rows - 7,
});
