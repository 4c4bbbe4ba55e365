import type {ScreenBinding} from '../screen.js';

/** The keys that scroll the detail beside a list. */
export const detailBindings = <Slice>({
	top,
	withTop,
}: {
	readonly top: (slice: Slice) => number;
	readonly withTop: (slice: Slice, top: number) => Slice;
}): ReadonlyArray<ScreenBinding<Slice>> => [
	{
		id: 'detail.down',
		keys: ['J', 'shift+down'],
		label: 'scroll detail',
		help: 'scroll the detail down',
		isQuiet: true,
		run(tools) {
			tools.update((slice) => withTop(slice, top(slice) + 3));
		},
	},
	{
		id: 'detail.up',
		keys: ['K', 'shift+up'],
		label: 'scroll detail',
		help: 'scroll the detail up',
		isQuiet: true,
		run(tools) {
			tools.update((slice) => withTop(slice, Math.max(0, top(slice) - 3)));
		},
	},
];
