import {Box, useApp, useStdout} from 'ink';
import {useEffect, useRef, useState} from 'react';
import {Lines} from '../../components/lines.js';
import {
	hasToGo,
	overlayChange,
	overlayEnd,
	type Overlay,
	type Overlays,
} from './overlay.js';
import {pictureLines} from './picture-lines.js';
import {placesOf, type Place} from './place-pictures.js';
import type {PicturesView} from './pictures-slice.js';

/** Above the body: the header and the breadcrumbs. */
const rowsAbove = 2;

/** Lines as Ink draws them, and the pictures over them, which go to the terminal past Ink: it knows text only. */
export function PicturesBody({view}: {readonly view: PicturesView}) {
	const {stdout} = useStdout();
	const {waitUntilRenderFlush} = useApp();
	const shown = useRef<Shown>({overlays: new Map(), generation: 0});
	const {columns, rows} = view.body;
	// A dialog is text, and pictures would lie over it.
	const places = view.state.dialogs.length > 0 ? [] : placesOf(view);
	const here = overlaysOf(places);
	// With another of these, lines are written anew from somewhere to their end.
	const frame = JSON.stringify([
		columns,
		rows,
		places.flatMap(({key, outcome}) =>
			outcome?.kind === 'failed' ? [key] : [],
		),
	]);
	// Remembered from one drawing to the next: pictures that have to go are overwritten by lines that differ from those before.
	const [last, remember] = useState({
		overlays: here,
		size: {columns, rows},
		frame,
		generation: 0,
	});
	// The one before stays until the next is there, unless it was for a terminal of another size, of which lines would go on in the next ones; in a sheet each comes by itself.
	const isWaited =
		view.slice.mode !== 'sheet' &&
		last.size.columns === columns &&
		last.size.rows === rows &&
		places.some(({outcome}) => outcome === undefined);
	const overlays = isWaited ? last.overlays : here;
	const isCleared = frame !== last.frame || hasToGo(last.overlays, overlays);
	const generation = last.generation + (isCleared ? 1 : 0);
	if (
		isCleared ||
		overlays.size !== last.overlays.size ||
		hasToGo(overlays, last.overlays)
	) {
		remember({overlays, size: {columns, rows}, frame, generation});
	}

	useEffect(() => {
		let isOver = false;
		const change = async (): Promise<void> => {
			// The lines first: they would go over the pictures.
			await waitUntilRenderFlush();
			if (isOver) {
				return;
			}

			const before = shown.current;
			shown.current = {overlays: last.overlays, generation: last.generation};
			const bytes = overlayChange(
				before.overlays,
				last.overlays,
				before.generation !== last.generation,
			);
			if (bytes !== '') {
				stdout.write(bytes);
			}
		};

		void change();
		return () => {
			isOver = true;
		};
	}, [last, stdout, waitUntilRenderFlush]);

	useEffect(
		() => () => {
			const bytes = overlayEnd(shown.current.overlays);
			if (bytes !== '') {
				stdout.write(bytes);
			}
		},
		[stdout],
	);

	return (
		<Box width={columns} height={rows} flexShrink={0}>
			<Lines
				lines={pictureLines(view, generation).map((line) => ({line}))}
				theme={view.theme}
			/>
		</Box>
	);
}

type Shown = {readonly overlays: Overlays; readonly generation: number};

/** In the middle of their boxes. */
const overlaysOf = (places: readonly Place[]): Overlays =>
	new Map(
		places.flatMap(
			(
				{column, row, box, key, request, outcome},
				slot,
			): Array<readonly [number, Overlay]> =>
				outcome?.kind === 'drawn'
					? [
							[
								slot,
								{
									key,
									protocol: request.protocol,
									column:
										column +
										Math.floor(
											(box.columns - outcome.picture.cells.columns) / 2,
										),
									row:
										rowsAbove +
										row +
										Math.floor((box.rows - outcome.picture.cells.rows) / 2),
									picture: outcome.picture,
								},
							],
						]
					: [],
		),
	);
