import {setTimeout as delay} from 'node:timers/promises';
import {pictureQueries} from '../../pictures/picture-protocol.js';
import {createPictureDrawer} from '../../pictures/picture-drawer.js';
import type {ScreenTools} from '../../screen.js';
import {isTerminalKnown, placesOf, type Place} from './place-pictures.js';
import type {Outcome, PicturesSlice} from './pictures-slice.js';

type Tools = ScreenTools<PicturesSlice>;

/** One for the program: its process is started with the first picture. */
const drawer = createPictureDrawer();

/** A terminal that has not answered by then does not answer. Far away it takes a while. */
const answerMs = 1000;
/** What was drawn is kept, for going back and forth. */
const mostOutcomes = 64;

/** Asks the terminal what it understands, and has drawn what is to be seen: one picture at a time, so that those that somebody passes by are not drawn. */
export const followPictures = (tools: Tools): void => {
	const view = tools.view();
	if (
		view.slice.files.length === 0 ||
		view.state.settings.pictures.protocol === 'off'
	) {
		return;
	}

	if (!isTerminalKnown(view)) {
		if (!view.slice.wasAsked) {
			tools.update((slice) => ({...slice, wasAsked: true}));
			void askTerminal(tools);
		}

		return;
	}

	if (view.slice.drawing !== undefined) {
		return;
	}

	const next = placesOf(view).find(({outcome}) => outcome === undefined);
	if (next === undefined) {
		return;
	}

	tools.update((slice) => ({...slice, drawing: next.key}));
	void draw(tools, next);
};

const askTerminal = async (tools: Tools): Promise<void> => {
	tools.write(pictureQueries);
	await delay(answerMs);
	tools.update((slice) => ({
		...slice,
		answers: {...slice.answers, isComplete: true},
	}));
};

const draw = async (tools: Tools, {key, request}: Place): Promise<void> => {
	const outcome = await outcomeOf(request);
	tools.update((slice) => {
		const outcomes = new Map(slice.outcomes).set(key, outcome);
		for (const oldest of outcomes.keys()) {
			if (outcomes.size <= mostOutcomes) {
				break;
			}

			outcomes.delete(oldest);
		}

		return {...slice, outcomes, drawing: undefined};
	});
};

const outcomeOf = async (request: Place['request']): Promise<Outcome> => {
	try {
		return {kind: 'drawn', picture: await drawer.draw(request)};
	} catch (error) {
		return {
			kind: 'failed',
			reason: error instanceof Error ? error.message : String(error),
		};
	}
};
