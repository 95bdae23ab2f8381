#!/bin/sh
# Makes the files of sound beside it with ffmpeg: one second of 440 Hz at half of full scale.
set -eu
cd "$(dirname "$0")"

make() {
    ffmpeg -v error -y -f lavfi -i sine=frequency=440:duration=1:sample_rate=48000 \
        -af volume=12.04dB -bitexact "$@"
}

make -ac 1 -c:a libopus -b:a 32k mono.webm
make -af 'volume=12.04dB,pan=stereo|c0=c0|c1=c0' -c:a libopus -b:a 48k stereo.webm
# As browsers record: segment and clusters of unknown size.
make -ac 1 -c:a libopus -b:a 32k -f webm -live 1 pipe:1 > live.webm
make -ac 1 -c:a libopus -application voip -b:a 12k -frame_duration 60 voice.webm
make -ac 1 -c:a libopus -b:a 32k opus.ogg
make -ac 1 -c:a libvorbis -q:a 2 vorbis.ogg
make -ac 1 -c:a aac -b:a 48k aac.m4a
make -ac 1 -c:a aac -b:a 48k -frag_duration 100000 \
    -movflags frag_keyframe+empty_moov+default_base_moof fragments.mp4

# What somebody says, in a voice of flite.
said=$(mktemp --suffix .wav)
flite -voice slt -t "The water rises above the weir." -o "$said"
ffmpeg -v error -y -i "$said" -ac 1 -ar 48000 -c:a libopus -b:a 24k -bitexact sentence.ogg
rm "$said"
