import type {Row} from '../../graph/canvas.js';
import type {GraphStyle} from '../../graph/graph-style.js';
import type {Line, Role} from '../../text/span.js';

/** What the drawing's styles are to a theme. */
const roles: Readonly<Record<GraphStyle, Role>> = {
	blank: 'normal',
	wire: 'normal',
	'wire-side': 'dim',
	'wire-split': 'split',
	'wire-near': 'accent',
	'wire-way': 'mark',
	'wire-flash': 'good',
	box: 'normal',
	'box-disabled': 'dim',
	'box-running': 'running',
	'box-error': 'error',
	'box-lit': 'mark',
	'box-way': 'mark',
	'box-flash': 'good',
	'box-selected': 'accent',
	name: 'strong',
	'name-dim': 'dim',
	'name-selected': 'key',
	type: 'dim',
	port: 'dim',
	'port-free': 'dim',
	'count-error': 'error',
	'count-running': 'running',
	'count-ready': 'ready',
	'count-waiting': 'waiting',
	'count-blocked': 'blocked',
	'count-split': 'split',
	'count-done': 'done',
	mark: 'mark',
	hint: 'match',
	map: 'dim',
	'map-view': 'accent',
};

export const lineOf = (row: Row): Line =>
	row.map(({text, style}) => ({text, role: roles[style]}));
