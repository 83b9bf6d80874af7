/* twice.h - the same loop twice: for the instructions that every processor of its kind has, and for
 * more of them where it is asked which it has. Elsewhere both are the same.
 *
 *   INTO_BOTH void add(...) { the loop }
 *   WITH_AVX2 static void add_avx2(...) { add(...); }
 *   static void add_plain(...) { add(...); }
 */
#ifndef BASE_TWICE_H
#define BASE_TWICE_H

#if defined(__GNUC__) && defined(__x86_64__)
#define WITH_AVX2 __attribute__((target("avx2")))
#define INTO_BOTH static inline __attribute__((always_inline))
#else
#define WITH_AVX2
#define INTO_BOTH static inline
#endif

#endif
