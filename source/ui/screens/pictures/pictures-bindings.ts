import type {ScreenBinding, ScreenTools} from '../../screen.js';
import {gridOf} from './place-pictures.js';
import type {PicturesSlice, PicturesView} from './pictures-slice.js';

type Tools = ScreenTools<PicturesSlice>;

const none = ({slice}: PicturesView): string | undefined =>
	slice.files.length === 0 ? 'no pictures were chosen' : undefined;

const onlyOne = (view: PicturesView): string | undefined =>
	none(view) ??
	(view.slice.files.length === 1 ? 'there is one only' : undefined);

const noSheet = (view: PicturesView): string | undefined =>
	none(view) ?? (view.slice.mode === 'sheet' ? undefined : 'this is no sheet');

const noPair = (view: PicturesView): string | undefined =>
	none(view) ??
	(view.slice.mode === 'sides' || view.slice.mode === 'flicker'
		? undefined
		: 'compare two first, with b');

const moveBy =
	(by: (view: PicturesView) => number) =>
	(tools: Tools): void => {
		const step = by(tools.view());
		tools.update((slice) => ({
			...slice,
			isOtherShown: false,
			index: Math.max(0, Math.min(slice.files.length - 1, slice.index + step)),
		}));
	};

const isSheet = ({slice}: PicturesView): boolean => slice.mode === 'sheet';

/** What can be done with pictures. */
export const picturesBindings: ReadonlyArray<ScreenBinding<PicturesSlice>> = [
	{
		id: 'pictures.next',
		keys: ['j', 'down', 'space'],
		label: 'next',
		help: 'the next picture; in a sheet, the row below',
		disabled: onlyOne,
		run: moveBy((view) => (isSheet(view) ? gridOf(view).across : 1)),
	},
	{
		id: 'pictures.previous',
		keys: ['k', 'up'],
		label: 'previous',
		help: 'the picture before; in a sheet, the row above',
		disabled: onlyOne,
		run: moveBy((view) => (isSheet(view) ? -gridOf(view).across : -1)),
	},
	{
		id: 'pictures.right',
		keys: ['l', 'right'],
		label: 'right',
		help: 'in a sheet, one to the right',
		isQuiet: true,
		disabled: noSheet,
		run: moveBy(() => 1),
	},
	{
		id: 'pictures.left',
		keys: ['h', 'left'],
		label: 'left',
		help: 'in a sheet, one to the left',
		isQuiet: true,
		disabled: noSheet,
		run: moveBy(() => -1),
	},
	{
		id: 'pictures.page-down',
		keys: ['pagedown', 'ctrl+f'],
		label: 'page down',
		help: 'ten on; in a sheet, a page',
		isQuiet: true,
		disabled: onlyOne,
		run: moveBy((view) => (isSheet(view) ? pageOf(view) : 10)),
	},
	{
		id: 'pictures.page-up',
		keys: ['pageup', 'ctrl+b'],
		label: 'page up',
		help: 'ten back; in a sheet, a page',
		isQuiet: true,
		disabled: onlyOne,
		run: moveBy((view) => -(isSheet(view) ? pageOf(view) : 10)),
	},
	{
		id: 'pictures.first',
		keys: ['g', 'home'],
		label: 'first',
		help: 'to the first picture',
		isQuiet: true,
		disabled: onlyOne,
		run: moveBy(() => -Infinity),
	},
	{
		id: 'pictures.last',
		keys: ['G', 'end'],
		label: 'last',
		help: 'to the last picture',
		isQuiet: true,
		disabled: onlyOne,
		run: moveBy(() => Infinity),
	},
	{
		id: 'pictures.sheet',
		keys: ['c'],
		label: 'sheet',
		help: 'all of them as a contact sheet, and back to one',
		disabled: onlyOne,
		run(tools) {
			tools.update((slice) => ({
				...slice,
				mode: slice.mode === 'sheet' ? 'one' : 'sheet',
			}));
		},
	},
	{
		id: 'pictures.open',
		keys: ['enter'],
		label: 'open',
		help: 'the chosen picture of the sheet, as large as it goes',
		isQuiet: true,
		disabled: noSheet,
		run(tools) {
			tools.update((slice) => ({...slice, mode: 'one'}));
		},
	},
	{
		id: 'pictures.compare',
		keys: ['b'],
		label: 'compare',
		help: 'this picture (A) beside the next (B), which j and k change; again: both in one place; again: one only',
		disabled: onlyOne,
		run(tools) {
			tools.update(compared);
		},
	},
	{
		id: 'pictures.swap',
		keys: ['tab'],
		label: 'A/B',
		help: 'of two: the one for the other',
		isQuiet: true,
		disabled: noPair,
		run(tools) {
			tools.update((slice) =>
				slice.mode === 'flicker'
					? {...slice, isOtherShown: !slice.isOtherShown}
					: {...slice, index: slice.other, other: slice.index},
			);
		},
	},
	{
		id: 'pictures.again',
		keys: ['R'],
		label: 'read again',
		help: 'read what is shown from its files again',
		isQuiet: true,
		disabled: none,
		run(tools) {
			tools.update((slice) => ({...slice, outcomes: new Map()}));
		},
	},
	{
		id: 'pictures.copy',
		keys: ['y'],
		label: 'copy',
		help: "copy the picture's path",
		isQuiet: true,
		disabled: none,
		run(tools) {
			const {files, index} = tools.view().slice;
			tools.copy(files[index]!, 'the path');
		},
	},
];

const pageOf = (view: PicturesView): number => {
	const {across, down} = gridOf(view);
	return across * down;
};

const compared = (slice: PicturesSlice): PicturesSlice => {
	switch (slice.mode) {
		case 'one':
		case 'sheet': {
			const isLast = slice.index === slice.files.length - 1;
			return {
				...slice,
				mode: 'sides',
				// At the end: with the one before.
				other: isLast ? slice.index - 1 : slice.index,
				index: isLast ? slice.index : slice.index + 1,
			};
		}

		case 'sides': {
			return {...slice, mode: 'flicker', isOtherShown: false};
		}

		case 'flicker': {
			return {...slice, mode: 'one', isOtherShown: false};
		}
	}
};
