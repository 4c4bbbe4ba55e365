import {stringify} from 'smol-toml';
import {components, schemas, type Component} from './load.js';
import {leavesOf, settingTree, type SettingLeaf} from './setting.js';
import {variableName} from './variable-name.js';

/** The reference page of every setting, in Markdown; made from the schemas. */
export const configurationPage = (): string =>
	[
		'# Configuration',
		'',
		'Every component reads a TOML file of its own: `scheduler/config.toml`, `worker/config.toml`, `viewer/config.toml` (the last one also for every command that asks a scheduler something). A component that finds none writes one in which every setting stands, commented out, with its default. `lifeblood config init` does it for all of them, `lifeblood config path` tells where they are, and `lifeblood config show` which values are in force and where each comes from.',
		'',
		'## The folder',
		'',
		'The first of these:',
		'',
		'1. `--config-dir DIR`',
		'2. `LIFEBLOOD_CONFIG_LOCATION`',
		'3. `~/lifeblood`, if it is there',
		'4. `$XDG_CONFIG_HOME/lifeblood`, which is `~/.config/lifeblood` where that variable is not set; on macOS `~/Library/Preferences/lifeblood`; on Windows `%APPDATA%\\lifeblood`',
		'',
		"Beside the components' folders, `farm.key` in it is the farm's key, and `plugins/` holds node plugins.",
		'',
		'Logs, and what a component must find again after a restart, are in `$XDG_STATE_HOME/lifeblood` (`~/.local/state/lifeblood`; `~/Library/Application Support/lifeblood` and `~/Library/Logs/lifeblood` on macOS; `%LOCALAPPDATA%\\lifeblood` on Windows). A database that nobody gave a place is `farm.db` in `$XDG_DATA_HOME/lifeblood` (`~/.local/share/lifeblood`; `~/Library/Application Support/lifeblood`; `%LOCALAPPDATA%\\lifeblood\\data`).',
		'',
		'## Which value wins',
		'',
		'The command line, then the environment, then the file, then the default. The name of the variable is beside each setting below. A variable holds text as it is, a number, `true` or `false`, names with commas between them, or anything else as it would stand in the file; a variable that is empty counts as not set.',
		'',
		'In paths, `~` is the home folder; a relative path in a file is meant from that file\'s folder. Sizes are written as `512M`, `16G` or `1.5T`, in powers of 1024. A file may take in others, its own values over theirs: `"$import" = "/srv/farm/common.toml"`.',
		'',
		'An unknown key, a wrong type or a broken file is told with file, line and what was most likely meant, and the component does not start on it.',
		'',
		...components.flatMap((component) => componentLines(component)),
		'## standard_environment_resolver/config.toml',
		'',
		'The software of a machine, for the environment resolver "standard"; see [resolvers](resolvers.md). A section for each version of each package:',
		'',
		'```toml',
		'[packages.blender."4.1.1"]',
		'label = "Blender 4.1.1"                      # for people',
		'priority = 50                                # lower ones are applied first',
		'env.PATH.prepend = "/opt/blender-4.1.1"      # before what is there',
		'env.PYTHONPATH.append = ["/one", "/two"]     # after it; several',
		'env.SOMETHING = "a value"                    # in place of it',
		'```',
		'',
		'A worker that finds no such file looks for software and writes one.',
		'',
		'## Nodes',
		'',
		'- `scheduler/nodes/config.toml`: a section for a node type, with the values that its expressions see as `config["name"]`, over `[scheduler.globals]`.',
		'- `scheduler/nodes/settings/TYPE/NAME.toml`: a preset, parameters for nodes of that type: `cpus = 8`, `cwd = {expr = "attr.folder"}`, `[[command]]` with `arg = "render"` for rows of a list. What it does not name stays as it is in a node that takes it.',
		'- `scheduler/nodes/defaults.toml`: `TYPE = "NAME"`, the preset that a new node of that type starts with. A node of a graph file has what stands in the file.',
		'',
		'Presets are checked when the scheduler starts, as the parameters of a node are: one with a fault is told with its line, and the scheduler does not start on it. `lifeblood node presets` lists them, `node apply-preset` gives a node what one sets, `node save-preset` keeps what a node has as one, and `node delete-preset` deletes it; the scheduler writes the files, and knows at once what they say. The viewer does the same by keys.',
		'',
		'## Plugins',
		'',
		'Node plugins are looked for in `plugins/`, in the places of `core.plugin_path`, and in those of `LIFEBLOOD_PLUGIN_PATH` (folders or files, separated as in `PATH`).',
		'',
	].join('\n');

const componentLines = (component: Component): string[] => {
	const leaves = leavesOf(settingTree(schemas[component]));
	const sections = [...new Set(leaves.map((leaf) => sectionOf(leaf)))];
	return [
		`## ${component}/config.toml`,
		'',
		...sections.flatMap((section) => [
			`### \`[${section}]\``,
			'',
			'| setting | default | what it does | variable | flag |',
			'|---|---|---|---|---|',
			...leaves
				.filter((leaf) => sectionOf(leaf) === section)
				.map((leaf) => row(component, leaf)),
			'',
		]),
	];
};

const sectionOf = (leaf: SettingLeaf): string =>
	(leaf.isTable ? leaf.path : leaf.path.slice(0, -1)).join('.');

const row = (component: Component, leaf: SettingLeaf): string => {
	const example =
		leaf.example === undefined ? '' : ` For example \`${leaf.example}\`.`;
	const cells = [
		leaf.isTable ? '*any name*' : `\`${leaf.path.at(-1)}\``,
		leaf.isTable
			? 'none'
			: `\`${stringify({x: leaf.default}).trim().replace(/^x = /v, '')}\``,
		`${leaf.description}${example}`,
		`\`${variableName(component, leaf.path)}\``,
		leaf.flag === undefined ? '' : `\`--${leaf.flag}\``,
	];
	return `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`;
};
