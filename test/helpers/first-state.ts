import type {State} from '../../source/ui/state.js';

/** A viewer that has just started. */
export const firstState: State = {
	size: {columns: 80, rows: 24},
	now: 0,
	settings: {
		isReadOnly: false,
		hasMouse: false,
		pictures: {protocol: 'off', colours: 'none'},
		keys: {},
		columns: {},
	},
	connection: {kind: 'connecting', reason: undefined},
	trail: [{id: 0, screen: 'groups', scope: {}, slice: {told: 0}}],
	previousTrail: undefined,
	trails: {},
	live: {},
	line: undefined,
	dialogs: [],
	notices: [],
	history: [],
	lastCommand: undefined,
	isDetailEnlarged: false,
	nextId: 1,
};
