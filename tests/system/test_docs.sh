#!/bin/sh
# Every example of README.md and docs/*.md runs as shown, and the reference is complete.
# Speaks TAP; see docs.lua beside this file.
BUILD=${BUILD:-build} exec lua5.4 "$(dirname "$0")/docs.lua"
