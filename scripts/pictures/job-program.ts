/** What the stage's nodes run. */
export const programs = [
	'render',
	'check',
	'composite',
	'encode',
	'sheet',
	'publish',
] as const;

/** One program for all of them: it says what such a program says, takes some seconds, and misses some of the smoke. */
export const jobProgram = String.raw`#!/bin/sh
name=$(basename "$0")
layer=all shot=none frame=0
while [ $# -gt 1 ]; do
	case $1 in
		--layer) layer=$2 ;;
		--shot) shot=$2 ;;
		--frame) frame=$2 ;;
	esac
	shift 2
done
if [ "$name" != render ]; then
	echo "$name: $shot"
	for part in 1 2 3 4 5; do
		echo "pass $part of 5"
		echo "ALF_PROGRESS $((part * 20))%"
		sleep 1
	done
	exit 0
fi
echo "render 4.2: $shot, layer $layer, frame $frame, 4 threads"
echo "reading /proj/aurora/$shot/scene.usd"
echo "  geometry   1,842 meshes, 12.4 M polygons"
echo "  textures   214 files, 6.2 GB, 38 missing mip levels made"
sleep 0.5
if [ "$layer-$shot" = smoke-sh0200 ] && [ $((frame % 5)) -le 2 ]; then
	echo "warning: /proj/aurora/cache/smoke_v007.$frame.vdb is not there, trying again" >&2
	sleep 1
	echo "error: cannot open /proj/aurora/cache/smoke_v007.$frame.vdb: no such file" >&2
	exit 3
fi
echo "building the acceleration structure: 3.1 s, 1.9 GB"
bucket=1
while [ $bucket -le 24 ]; do
	printf 'bucket %2d/24   128 samples   noise 0.%04d   %d.%d M rays/s\n' $bucket $((900 / bucket + frame % 7)) $((18 + (frame + bucket) % 5)) $((bucket % 10))
	if [ $((bucket % 9)) -eq 0 ]; then
		echo "warning: 3 fireflies clamped in bucket $bucket" >&2
	fi
	bucket=$((bucket + 1))
	sleep 0.$((3 + frame % 5))
done
echo "written: /proj/aurora/$shot/$layer.$frame.exr, 2048 x 858"
`;
