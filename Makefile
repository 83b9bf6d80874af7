# bilan: `make report` and `make test` install what is missing, build, and run.
# Variables: BUILD=build CC=gcc SANITIZE=address,undefined V=1 PREFIX=/usr/local DESTDIR= ROWS=100000
BUILD ?= build
ROWS ?= 100000
PREFIX ?= /usr/local
CC = gcc
WARN = -Wall -Wextra -Wshadow -Wconversion
CFLAGS ?= -O2 -g
ALL_CFLAGS = -std=c11 -D_POSIX_C_SOURCE=200809L -ffp-contract=off -fPIC -fvisibility=hidden \
  -pthread $(WARN) $(CFLAGS) $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all) \
  -Icore -I/usr/include/lua5.4
LDLIBS = -lsqlite3 -lcsv -lm -ldl
# The program has Lua, SQLite and libcsv inside where their archives are installed: it starts faster
# so. Modules in C that a trusted script requires find Lua in the program.
INSIDE := $(foreach l,lua5.4 sqlite3 csv,$(if $(findstring /,$(shell $(CC) \
  -print-file-name=lib$l.a)),-l:lib$l.a,-l$l)) -lm -ldl -Wl,--export-dynamic-symbol='lua*'
ENGINE = $(filter-out core/main.c core/binding/%,$(wildcard core/*.c core/*/*.c core/*/*/*.c))
ENGINE_O = $(ENGINE:%.c=$(BUILD)/%.o)
LUA_O = $(patsubst %.c,$(BUILD)/%.o,$(wildcard core/binding/*.c)) $(BUILD)/embedded.o
LUA_FILES = $(sort $(wildcard lua/bilan/*.lua lua/bilan/*/*.lua))
UNIT = $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

# A line per step; V=1 shows the commands.
Q = $(if $(V),,@echo '  make $(patsubst $(BUILD)/%,%,$@)';)
.PHONY: all report test check bench bench-peers bench-archive install clean packages test-packages
all: $(BUILD)/bilan $(BUILD)/libbilan.a $(BUILD)/libbilan.so $(BUILD)/lua/bilan.so

report: packages
	@$(MAKE) --no-print-directory all && $(BUILD)/bilan run scripts/itd/2022-2023.lua
test: test-packages
	@$(MAKE) --no-print-directory -s all unit && BUILD=$(BUILD) sh tests/run.sh
check: test-packages  # the tests again under sanitizers and valgrind, and the linters
	@sh tests/check.sh
bench: all  # the engine alone, on data it makes; bench-peers: beside what is installed
	@BUILD=$(BUILD) PEERS=none ROWS=$(ROWS) BIG=$(ROWS) sh tests/bench/peers.sh quick \
	  own limits processes threads bits odd
bench-peers: all  # SIZE=full: 1e6 and 1e7 rows; PEER_NODE=FOLDER holds node_modules
	@BUILD=$(BUILD) sh tests/bench/peers.sh $(or $(SIZE),quick)
bench-archive: all $(BUILD)/bench/archive
	@$(BUILD)/bench/archive $(BUILD)/bench/c$(ROWS).csv $(BUILD)/bench
	@$(BUILD)/bench/archive $(BUILD)/bench/w$(ROWS).csv $(BUILD)/bench
.PHONY: bench-kernels
bench-kernels: $(BUILD)/bench/kernels  # nanoseconds a row beside a plain read
	@$(BUILD)/bench/kernels $(ROWS) 11 1
$(BUILD)/bench/archive $(BUILD)/bench/kernels: $(BUILD)/bench/%: tests/bench/%.c $(ENGINE_O)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(LDLIBS)
packages:
	@sh .ci/packages.sh run
test-packages:
	@sh .ci/packages.sh test
.PHONY: unit
unit: $(UNIT)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@
$(BUILD)/embedded.c: lua/embed.lua $(LUA_FILES)
	@mkdir -p $(@D)
	$(Q)lua5.4 lua/embed.lua $(LUA_FILES) > $@
$(BUILD)/embedded.o: $(BUILD)/embedded.c
	$(Q)$(CC) $(ALL_CFLAGS) -c $< -o $@
# One object with its hidden names made local: the archive too exports bilan_* alone.
$(BUILD)/libbilan.a: $(ENGINE_O)
	$(Q)ld -r -o $(BUILD)/libbilan.o $^ && objcopy --localize-hidden $(BUILD)/libbilan.o
	@rm -f $@ && ar rcs $@ $(BUILD)/libbilan.o
$(BUILD)/libbilan.so: $(ENGINE_O)
	$(Q)$(CC) $(ALL_CFLAGS) -shared -Wl,-soname,libbilan.so.0 -o $@ $^ $(LDLIBS)
$(BUILD)/lua/bilan.so: $(ENGINE_O) $(LUA_O)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -shared -o $@ $^ $(LDLIBS)
$(BUILD)/bilan: $(BUILD)/core/main.o $(ENGINE_O) $(LUA_O)
	$(Q)$(CC) $(ALL_CFLAGS) -o $@ $^ $(INSIDE)
$(BUILD)/tests/test_lua_%: tests/unit/test_lua_%.c $(ENGINE_O) $(LUA_O)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/unit -o $@ $^ $(LDLIBS) -llua5.4 -lcmocka
$(BUILD)/tests/%: tests/unit/%.c $(ENGINE_O)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -Itests/unit -o $@ $^ $(LDLIBS) -lcmocka -lRmath
$(BUILD)/fuzz/%: tests/fuzz/%.c $(ENGINE_O)
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer -o $@ $^ $(LDLIBS)

install: all
	install -D $(BUILD)/bilan $(DESTDIR)$(PREFIX)/bin/bilan
	install -D -m 644 core/bilan.h $(DESTDIR)$(PREFIX)/include/bilan.h
	install -D -m 644 $(BUILD)/libbilan.a $(DESTDIR)$(PREFIX)/lib/libbilan.a
	install -D $(BUILD)/libbilan.so $(DESTDIR)$(PREFIX)/lib/libbilan.so.0
	ln -sf libbilan.so.0 $(DESTDIR)$(PREFIX)/lib/libbilan.so
	install -D $(BUILD)/lua/bilan.so $(DESTDIR)$(PREFIX)/lib/lua/5.4/bilan.so
	@mkdir -p $(DESTDIR)$(PREFIX)/lib/pkgconfig
	sed 's|@PREFIX@|$(PREFIX)|' core/bilan.pc.in > $(DESTDIR)$(PREFIX)/lib/pkgconfig/bilan.pc
clean:
	rm -rf $(BUILD) out
-include $(wildcard $(BUILD)/core/*.d $(BUILD)/core/*/*.d $(BUILD)/core/*/*/*.d)
