import type {Product, System} from './product.js';

const everywhere = (
	...programs: readonly string[]
): Readonly<Record<System, readonly string[]>> => ({
	linux: programs,
	darwin: programs,
	win32: programs,
});

/** The software that is looked for. */
export const products: readonly Product[] = [
	{
		name: 'blender',
		label: 'Blender',
		programs: everywhere('blender'),
		places: {
			linux: [
				'/opt/blender*/blender',
				'/opt/blender/*/blender',
				'/usr/local/blender*/blender',
				'/snap/bin/blender',
				'~/blender*/blender',
				'~/.local/opt/blender*/blender',
			],
			darwin: [
				'/Applications/Blender*.app/Contents/MacOS/Blender',
				'/Applications/Blender*/Blender*.app/Contents/MacOS/Blender',
				'~/Applications/Blender*.app/Contents/MacOS/Blender',
			],
			win32: [
				'%ProgramFiles%/Blender Foundation/Blender*/blender.exe',
				'C:/Program Files/Blender Foundation/Blender*/blender.exe',
			],
		},
		ask: ['--version'],
		answer: /^Blender (?<version>\d+(?:\.\d+)+)/mv,
		path: /[Bb]lender[ \-]?(?<version>\d+(?:\.\d+)+)/v,
	},
	{
		name: 'houdini',
		label: 'Houdini',
		programs: everywhere('hython'),
		places: {
			linux: ['/opt/hfs*/bin/hython', '/opt/houdini/hfs*/bin/hython'],
			darwin: [
				'/Applications/Houdini/Houdini*/Frameworks/Houdini.framework/Versions/*/Resources/bin/hython',
			],
			win32: [
				'%ProgramFiles%/Side Effects Software/Houdini */bin/hython.exe',
				'C:/Program Files/Side Effects Software/Houdini */bin/hython.exe',
			],
		},
		// To say its version, hython would take a licence.
		path: /(?:hfs|Houdini ?)(?<version>\d+\.\d+(?:\.\d+)*)/v,
		variables: {HFS: '..'},
		flavour: {
			folder: '../houdini',
			entry: /^python(?<major>\d+)\.(?<minor>\d+)libs$/v,
			suffix: ({major = '', minor = ''}) => `.py${major}_${minor}`,
		},
	},
	{
		name: 'nuke',
		label: 'Nuke',
		programs: everywhere('Nuke+([0-9]).+([0-9])'),
		places: {
			linux: [
				'/usr/local/Nuke*/Nuke+([0-9]).+([0-9])',
				'/opt/Nuke*/Nuke+([0-9]).+([0-9])',
				'/opt/foundry/Nuke*/Nuke+([0-9]).+([0-9])',
			],
			darwin: [
				'/Applications/Nuke*/Nuke*.app/Contents/MacOS/Nuke+([0-9]).+([0-9])',
			],
			win32: [
				'%ProgramFiles%/Nuke*/Nuke+([0-9]).+([0-9]).exe',
				'C:/Program Files/Nuke*/Nuke+([0-9]).+([0-9]).exe',
			],
		},
		ask: ['--version'],
		answer: /N(?:UKE|uke)\s*(?<version>\d+\.\d+v\d+)/v,
		path: /Nuke(?<version>\d+\.\d+v\d+)/v,
	},
	{
		name: 'maya',
		label: 'Maya',
		programs: everywhere('maya'),
		places: {
			linux: ['/usr/autodesk/maya*/bin/maya', '/opt/autodesk/maya*/bin/maya'],
			darwin: ['/Applications/Autodesk/maya*/Maya.app/Contents/bin/maya'],
			win32: [
				'%ProgramFiles%/Autodesk/Maya*/bin/maya.exe',
				'C:/Program Files/Autodesk/Maya*/bin/maya.exe',
			],
		},
		ask: ['-v'],
		answer: /Maya (?<version>\d{4}(?:\.\d+)*)/v,
		path: /[Mm]aya(?<version>\d{4}(?:\.\d+)*)/v,
		variables: {MAYA_LOCATION: '..'},
	},
	{
		name: 'arnold',
		label: 'Arnold',
		programs: everywhere('kick'),
		places: {
			linux: [
				'/opt/solidangle/arnold*/bin/kick',
				'/opt/solidangle/mtoa/*/bin/kick',
				'/opt/arnold*/bin/kick',
				'/usr/autodesk/arnold/maya*/bin/kick',
				'/opt/autodesk/arnold/maya*/bin/kick',
			],
			darwin: [
				'/Applications/solidangle/mtoa/*/bin/kick',
				'/Applications/Autodesk/Arnold/mtoa/*/bin/kick',
			],
			win32: [
				'%ProgramFiles%/Autodesk/Arnold/maya*/bin/kick.exe',
				'C:/Program Files/Autodesk/Arnold/maya*/bin/kick.exe',
				'C:/solidangle/mtoadeploy/*/bin/kick.exe',
			],
		},
		// Whatever it is asked, it begins with what it is.
		ask: ['-h'],
		answer: /Arnold (?<version>\d+(?:\.\d+){2,3})/v,
		path: /arnold-?(?<version>\d+(?:\.\d+){2,3})/v,
	},
	{
		name: 'redshift',
		label: 'Redshift',
		programs: everywhere('redshiftCmdLine'),
		places: {
			linux: [
				'/usr/redshift*/bin/redshiftCmdLine',
				'/opt/redshift*/bin/redshiftCmdLine',
			],
			darwin: ['/Applications/redshift*/bin/redshiftCmdLine'],
			win32: [
				'%ProgramData%/redshift*/bin/redshiftCmdLine.exe',
				'C:/ProgramData/redshift*/bin/redshiftCmdLine.exe',
			],
		},
		// It begins with its version, and without a scene goes no further.
		ask: [],
		answer: /[Vv]ersion:? (?<version>\d+(?:\.\d+)+)/v,
		path: /redshift-?(?<version>\d+(?:\.\d+)+)/v,
		variables: {REDSHIFT_COREDATAPATH: '..'},
	},
	{
		name: 'ffmpeg',
		label: 'FFmpeg',
		programs: everywhere('ffmpeg'),
		places: {
			linux: [
				'/usr/bin/ffmpeg',
				'/usr/local/bin/ffmpeg',
				'/opt/ffmpeg*/ffmpeg',
				'/opt/ffmpeg*/bin/ffmpeg',
			],
			darwin: ['/opt/homebrew/bin/ffmpeg', '/usr/local/bin/ffmpeg'],
			win32: [
				'C:/ffmpeg*/bin/ffmpeg.exe',
				'C:/Program Files/ffmpeg*/bin/ffmpeg.exe',
			],
		},
		ask: ['-hide_banner', '-version'],
		answer: /^ffmpeg version n?(?<version>\d+(?:\.\d+)*)/mv,
	},
	{
		name: 'imagemagick',
		label: 'ImageMagick',
		programs: {
			linux: ['magick', 'convert'],
			darwin: ['magick', 'convert'],
			// Windows has a convert.exe of its own, which changes file systems.
			win32: ['magick'],
		},
		places: {
			linux: [
				'/usr/bin/magick',
				'/usr/bin/convert',
				'/usr/local/bin/magick',
				'/opt/ImageMagick*/bin/magick',
			],
			darwin: [
				'/opt/homebrew/bin/magick',
				'/usr/local/bin/magick',
				'/opt/ImageMagick*/bin/magick',
			],
			win32: [
				'%ProgramFiles%/ImageMagick*/magick.exe',
				'C:/Program Files/ImageMagick*/magick.exe',
			],
		},
		ask: ['-version'],
		answer: /ImageMagick (?<version>\d+(?:\.\d+)+(?:-\d+)?)/v,
	},
	{
		name: 'python',
		label: 'Python',
		programs: {
			linux: ['python3', 'python3.+([0-9])'],
			darwin: ['python3', 'python3.+([0-9])'],
			win32: ['python'],
		},
		places: {
			linux: [
				'/usr/bin/python3',
				'/usr/bin/python3.+([0-9])',
				'/usr/local/bin/python3',
				'/usr/local/bin/python3.+([0-9])',
				'/opt/python*/bin/python3',
				'~/.pyenv/versions/*/bin/python3',
				'~/.asdf/installs/python/*/bin/python3',
			],
			darwin: [
				'/Library/Frameworks/Python.framework/Versions/3.*/bin/python3',
				'/opt/homebrew/bin/python3',
				'/opt/homebrew/bin/python3.+([0-9])',
				'/usr/local/bin/python3',
				'~/.pyenv/versions/*/bin/python3',
				'~/.asdf/installs/python/*/bin/python3',
			],
			win32: [
				'%LOCALAPPDATA%/Programs/Python/Python3*/python.exe',
				'C:/Program Files/Python3*/python.exe',
				'C:/Python3*/python.exe',
			],
		},
		ask: ['--version'],
		answer: /^Python (?<version>3(?:\.\d+)+)/mv,
	},
];
