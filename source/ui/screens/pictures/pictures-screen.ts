import {withAnswer} from '../../pictures/picture-protocol.js';
import {defineScreen} from '../../screen.js';
import {followPictures} from './follow-pictures.js';
import {picturesStatus} from './picture-lines.js';
import {PicturesBody} from './pictures-body.js';
import {picturesBindings} from './pictures-bindings.js';
import {newPictures, type PicturesSlice} from './pictures-slice.js';

/** Picture files that tasks or logs name, in the terminal. */
export const picturesScreen = defineScreen<PicturesSlice>({
	name: 'pictures',
	title: 'Pictures',
	aliases: [],
	help: 'picture files that a task or a log names: one, a contact sheet, or two compared',
	open: ({pictures}) => newPictures(pictures?.files, pictures?.at),
	crumb: () => 'pictures',
	watches: () => ({}),
	follow: followPictures,
	status: picturesStatus,
	bindings: picturesBindings,
	onInput(tools, event) {
		if (event.kind !== 'reply') {
			return false;
		}

		tools.update((slice) => ({
			...slice,
			answers: withAnswer(slice.answers, event.sequence),
		}));
		return true;
	},
	Component: PicturesBody,
});
