import type {ScreenBinding, View} from '../screen.js';

/** The keys that scroll the detail beside a list; over the whole screen, the plain ones do so too. */
export const detailBindings = <Slice>({
	top,
	withTop,
	lowest,
}: {
	readonly top: (slice: Slice) => number;
	readonly withTop: (slice: Slice, top: number) => Slice;
	/** Where its end is in sight. */
	readonly lowest: (view: View<Slice>) => number;
}): ReadonlyArray<ScreenBinding<Slice>> => {
	const scroll = (
		id: string,
		keys: readonly string[],
		by: (page: number) => number,
	): ScreenBinding<Slice> => ({
		id: `detail.${id}`,
		keys,
		label: 'scroll',
		help: `scroll the detail ${id}`,
		isQuiet: true,
		run(tools) {
			const view = tools.view();
			const most = Math.max(0, lowest(view));
			tools.update((slice) =>
				withTop(
					slice,
					Math.max(0, Math.min(most, top(slice) + by(view.body.rows))),
				),
			);
		},
	});
	const whenLarge = (binding: ScreenBinding<Slice>): ScreenBinding<Slice> => ({
		...binding,
		disabled: needsLarge,
	});
	const bindings: ReadonlyArray<ScreenBinding<Slice>> = [
		whenLarge({
			id: 'detail.close',
			keys: ['enter', 'esc', 'left', 'h'],
			label: 'back to the list',
			help: 'back to the list',
			isQuiet: 'while-disabled',
			run(tools) {
				tools.enlarge();
			},
		}),
		whenLarge({
			...scroll('by a line', ['j', 'down'], () => 1),
			id: 'detail.line-down',
			help: 'scroll the enlarged detail down by a line',
		}),
		whenLarge({
			...scroll('by a line', ['k', 'up'], () => -1),
			id: 'detail.line-up',
			help: 'scroll the enlarged detail up by a line',
		}),
		whenLarge({
			...scroll(
				'by a page',
				['pagedown', 'ctrl+f', 'space'],
				(page) => page - 1,
			),
			id: 'detail.page-down',
			help: 'scroll the enlarged detail down by a page',
		}),
		whenLarge({
			...scroll('by a page', ['pageup', 'ctrl+b'], (page) => 1 - page),
			id: 'detail.page-up',
			help: 'scroll the enlarged detail up by a page',
		}),
		whenLarge({
			...scroll('to its beginning', ['g', 'home'], () => -1e9),
			id: 'detail.first',
			help: 'to the beginning of the enlarged detail',
		}),
		scroll('down', ['J', 'shift+down'], () => 3),
		scroll('up', ['K', 'shift+up'], () => -3),
	];
	return bindings.map((binding) => ({...binding, section: 'detail'}));
};

const needsLarge = ({
	state,
}: Pick<View<unknown>, 'state'>): string | undefined =>
	state.isDetailEnlarged ? undefined : 'the detail is not enlarged';
