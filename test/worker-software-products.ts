import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {systemClock} from '../source/core/clock.js';
import type {Product, System} from '../source/worker/software/product.js';
import {products} from '../source/worker/software/products.js';
import {scanSoftware} from '../source/worker/software/scan-software.js';

/** The products, with everything that is looked for in a folder in place of the root of the file system. */
const productsIn = (root: string): readonly Product[] => {
	const moved = (places: readonly string[]): readonly string[] =>
		places.map((place) =>
			place.replace(/^(?:C:)?(?=\/)/v, () => root).replace(/^~/v, () => root),
		);
	return products.map((product) => ({
		...product,
		places: {
			linux: moved(product.places.linux),
			darwin: moved(product.places.darwin),
			win32: moved(product.places.win32),
		},
	}));
};

/** Lays programs that say something, and tells what is found of them: name, version, folder. */
const found = async (
	t: ExecutionContext,
	system: System,
	programs: Readonly<Record<string, string>>,
): Promise<readonly string[]> => {
	const root = await fs.realpath(
		await fs.mkdtemp(path.join(os.tmpdir(), 'lifeblood-products-')),
	);
	t.teardown(async () => {
		await fs.rm(root, {recursive: true});
	});
	await Promise.all(
		Object.entries(programs).map(async ([place, text]) => {
			const file = path.join(root, place);
			await fs.mkdir(path.dirname(file), {recursive: true});
			await fs.writeFile(file, `#!/bin/sh\n/bin/cat <<'END'\n${text}\nEND\n`, {
				mode: 0o755,
			});
		}),
	);
	const {found: all, unknown} = await scanSoftware({
		products: productsIn(root),
		place: {
			system,
			home: root,
			environment: {PATH: '/nowhere', ProgramFiles: '/nowhere'},
		},
		clock: systemClock,
		signal: new AbortController().signal,
	});
	t.deepEqual(unknown, []);
	return all
		.map(({name, version, program}) =>
			[name, version, path.relative(root, program)].join(' '),
		)
		.toSorted();
};

const nuke = 'NUKE 15.1v3, 64 bit, built Jul 24 2024.';
const maya = 'Maya 2024.2, Cut Number 202310181224';
const kick =
	'Arnold 7.2.4.1 [4ab4bd48] linux x86_64 clang-15.0.7 oiio-2.4.1 osl-1.12.9';
const redshift =
	'Redshift Command-Line Renderer (version 3.5.22 - API: 3505)\nCopyright';

test('on Linux everything is found where it usually is', async (t) => {
	t.deepEqual(
		await found(t, 'linux', {
			'opt/blender-4.1.1-linux-x64/blender': 'Blender 4.1.1\n\tbuild date: x',
			'opt/hfs20.0.506/bin/hython': 'asked, which takes a licence',
			'opt/hfs20.0.506/houdini/python3.10libs/x': '',
			'opt/hfs19.5.303/bin/hython': 'asked, which takes a licence',
			'usr/local/Nuke15.1v3/Nuke15.1': nuke,
			'usr/autodesk/maya2024/bin/maya': maya,
			'opt/solidangle/mtoa/2024/bin/kick': kick,
			'usr/redshift/bin/redshiftCmdLine': redshift,
			'opt/ffmpeg-7.0/bin/ffmpeg': 'ffmpeg version 7.0.1-static https://x',
			'opt/ImageMagick-7/bin/magick':
				'Version: ImageMagick 7.1.1-29 Q16-HDRI x86_64 https://x',
			'.pyenv/versions/3.12.1/bin/python3': 'Python 3.12.1',
			'usr/bin/python3.11': 'Python 3.11.7',
			'usr/bin/python3.11-config': 'usage: python3.11-config',
		}),
		[
			'arnold 7.2.4.1 opt/solidangle/mtoa/2024/bin/kick',
			'blender 4.1.1 opt/blender-4.1.1-linux-x64/blender',
			'ffmpeg 7.0.1 opt/ffmpeg-7.0/bin/ffmpeg',
			'houdini 19.5.303 opt/hfs19.5.303/bin/hython',
			'houdini 20.0.506 opt/hfs20.0.506/bin/hython',
			'houdini.py3_10 20.0.506 opt/hfs20.0.506/bin/hython',
			'imagemagick 7.1.1.29 opt/ImageMagick-7/bin/magick',
			'maya 2024.2 usr/autodesk/maya2024/bin/maya',
			'nuke 15.1.3 usr/local/Nuke15.1v3/Nuke15.1',
			'python 3.11.7 usr/bin/python3.11',
			'python 3.12.1 .pyenv/versions/3.12.1/bin/python3',
			'redshift 3.5.22 usr/redshift/bin/redshiftCmdLine',
		],
	);
});

test('on macOS everything is found where it usually is', async (t) => {
	const houdini =
		'Applications/Houdini/Houdini20.0.506/Frameworks/Houdini.framework/Versions/20.0/Resources';
	t.deepEqual(
		await found(t, 'darwin', {
			'Applications/Blender 4.1.app/Contents/MacOS/Blender': 'Blender 4.1.1',
			[`${houdini}/bin/hython`]: '',
			'Applications/Nuke15.1v3/Nuke15.1v3.app/Contents/MacOS/Nuke15.1': nuke,
			'Applications/Autodesk/maya2024/Maya.app/Contents/bin/maya': maya,
			'Applications/Autodesk/Arnold/mtoa/2024/bin/kick': kick,
			'Applications/redshift/bin/redshiftCmdLine': redshift,
			'opt/homebrew/bin/ffmpeg': 'ffmpeg version 7.0 Copyright',
			'opt/homebrew/bin/magick': 'Version: ImageMagick 7.1.1-29 Q16',
			'Library/Frameworks/Python.framework/Versions/3.12/bin/python3':
				'Python 3.12.1',
		}),
		[
			'arnold 7.2.4.1 Applications/Autodesk/Arnold/mtoa/2024/bin/kick',
			'blender 4.1.1 Applications/Blender 4.1.app/Contents/MacOS/Blender',
			'ffmpeg 7.0 opt/homebrew/bin/ffmpeg',
			`houdini 20.0.506 ${houdini}/bin/hython`,
			'imagemagick 7.1.1.29 opt/homebrew/bin/magick',
			'maya 2024.2 Applications/Autodesk/maya2024/Maya.app/Contents/bin/maya',
			'nuke 15.1.3 Applications/Nuke15.1v3/Nuke15.1v3.app/Contents/MacOS/Nuke15.1',
			'python 3.12.1 Library/Frameworks/Python.framework/Versions/3.12/bin/python3',
			'redshift 3.5.22 Applications/redshift/bin/redshiftCmdLine',
		],
	);
});

test('on Windows everything is found where it usually is', async (t) => {
	const files = 'Program Files';
	t.deepEqual(
		await found(t, 'win32', {
			[`${files}/Blender Foundation/Blender 4.1/blender.exe`]: 'Blender 4.1.1',
			[`${files}/Side Effects Software/Houdini 20.0.506/bin/hython.exe`]: '',
			[`${files}/Nuke15.1v3/Nuke15.1.exe`]: nuke,
			[`${files}/Autodesk/Maya2024/bin/maya.exe`]: maya,
			[`${files}/Autodesk/Arnold/maya2024/bin/kick.exe`]: kick,
			'ProgramData/redshift/bin/redshiftCmdLine.exe': redshift,
			'ffmpeg/bin/ffmpeg.exe': 'ffmpeg version 7.0-full_build-www.gyan.dev',
			[`${files}/ImageMagick-7.1.1-Q16/magick.exe`]:
				'Version: ImageMagick 7.1.1-29 Q16',
			'Python312/python.exe': 'Python 3.12.1',
		}),
		[
			`arnold 7.2.4.1 ${files}/Autodesk/Arnold/maya2024/bin/kick.exe`,
			`blender 4.1.1 ${files}/Blender Foundation/Blender 4.1/blender.exe`,
			'ffmpeg 7.0 ffmpeg/bin/ffmpeg.exe',
			`houdini 20.0.506 ${files}/Side Effects Software/Houdini 20.0.506/bin/hython.exe`,
			`imagemagick 7.1.1.29 ${files}/ImageMagick-7.1.1-Q16/magick.exe`,
			`maya 2024.2 ${files}/Autodesk/Maya2024/bin/maya.exe`,
			`nuke 15.1.3 ${files}/Nuke15.1v3/Nuke15.1.exe`,
			'python 3.12.1 Python312/python.exe',
			'redshift 3.5.22 ProgramData/redshift/bin/redshiftCmdLine.exe',
		],
	);
});
