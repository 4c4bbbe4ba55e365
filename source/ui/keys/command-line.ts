import {didYouMean} from '../../core/nearest.js';
import {fuzzyOrder} from '../text/fuzzy.js';
import {textField} from '../text-field.js';
import type {ScreenTools} from '../screen.js';

/** `:`: a view by its name, or what a key does by its word. */
export const openCommandLine = (tools: ScreenTools<unknown>): void => {
	const commands = tools.commands();
	tools.openLine({
		prompt: ':',
		field: textField(),
		history: tools.state().history,
		complete(text) {
			const [word = '', ...rest] = text.split(' ');
			return rest.length > 0
				? []
				: fuzzyOrder(word, commands, ({name}) => name).map(({name}) => name);
		},
		async onSubmit(text) {
			const line = text.trim();
			const [word = '', ...rest] = line.split(/\s+/v);
			if (word === '') {
				return;
			}

			tools.remember(line);
			const command =
				commands.find(({name}) => name === word) ??
				commands.find(({name}) => name.startsWith(word));
			if (command === undefined) {
				tools.notice(
					'error',
					`There is no command "${word}"${didYouMean(
						word,
						commands.map(({name}) => name),
					)} ? shows all.`,
				);
				return;
			}

			await command.run(rest.join(' '));
		},
	});
};
