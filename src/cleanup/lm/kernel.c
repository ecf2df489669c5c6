/* The inner loops of the model, for machines that have a compiler; model.py, gains.py and decode/single/chars.py say the
 * same in numpy, and both give the same bits. No function allocates, and none keeps anything.
 *
 * What costs is reading tables of tens of megabytes at random places. So everything goes in rounds: what a round will read
 * is worked out and called for first, and read when it is there.
 */

#include <float.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>

#if FLT_EVAL_METHOD != 0
#error "floats are kept in wider registers here: sums would differ from numpy's"
#endif

#ifndef SOURCE
#define SOURCE ""
#endif

#define REACH 4  /* symbols that an n-gram sees before its last, and that a change can touch behind itself */
#define LONGEST 64  /* symbols that a change may write */
#define ROUND 256
#define FLOCK 64
#define LANES 16
#define WIDEST 1024 /* characters of a row */
#define UNITS 6 /* of a nat */
#define FAR 127
#define COUNTED 64

typedef struct {
    int64_t base;
    int64_t words; /* 64-bit words in a row of bits */
    const float *unigram, *unigram_backoff;
    const uint64_t *bits;
    const uint32_t *rank;
    const uint16_t *codes;
    const float *book[4], *backoff[3]; /* of orders 2 to 5, and 2 to 4 */
    const uint32_t *slots3, *slots4;
    const uint16_t *slots5;
    uint64_t seed[3], segment_bits[3], segments[3]; /* of orders 3 to 5 */
} Model;

/* What ends at a symbol, for each order the code of its backoff weight; 0 is no context of a longer n-gram. */
typedef struct {
    uint8_t two, three, four;
} Context;

/* A symbol of a text: ln p of it by n-grams of up to 2, 3 and 4 symbols, and what ends at it. */
typedef struct {
    float log_prob[3];
    Context context;
} Known;

typedef struct {
    uint32_t a, b, c, wanted;
} Slots;

/* Loops that are as fast as the machine's registers are wide. The bits are the same in all of them. */
#if defined(__x86_64__) && defined(__gnu_linux__) && defined(__GNUC__) && !defined(__clang__)
#define WIDE __attribute__((target_clones("avx2", "default")))
#else
#define WIDE
#endif

/* The identity of this source, by which a library that was made of another is known. */
const char *cleanup_source(void) { return SOURCE; }

static inline Slots slots_of(const Model *m, int order, uint64_t key) {
    int t = order - 3;
    uint64_t h = key + m->seed[t] * 0x9E3779B97F4A7C15ULL;
    h = (h ^ (h >> 30)) * 0xBF58476D1CE4E5B9ULL;
    h = (h ^ (h >> 27)) * 0x94D049BB133111EBULL;
    h ^= h >> 31;
    uint64_t size = 1ULL << m->segment_bits[t];
    uint64_t a = ((h >> 32) * (m->segments[t] << m->segment_bits[t])) >> 32;
    uint64_t mixed = h * 0x9E3779B97F4A7C15ULL;
    Slots s;
    s.a = (uint32_t)a;
    s.b = (uint32_t)(((h >> 18) & (size - 1)) ^ (a + size));
    s.c = (uint32_t)((h & (size - 1)) ^ (a + size + size));
    s.wanted = order < 5 ? (uint32_t)(mixed >> 48) << 16 : (uint32_t)(mixed >> 54) << 6;
    return s;
}

static inline void call32(const uint32_t *slots, Slots s) {
    __builtin_prefetch(slots + s.a);
    __builtin_prefetch(slots + s.b);
    __builtin_prefetch(slots + s.c);
}

static inline void call16(const uint16_t *slots, Slots s) {
    __builtin_prefetch(slots + s.a);
    __builtin_prefetch(slots + s.b);
    __builtin_prefetch(slots + s.c);
}

/* The code of a key, or 65536 and more where it is not there. */
static inline uint32_t code32(const uint32_t *slots, Slots s) {
    return slots[s.a] ^ slots[s.b] ^ slots[s.c] ^ s.wanted;
}

/* The same of the longest n-grams, 64 and more. */
static inline uint32_t code16(const uint16_t *slots, Slots s) {
    return (uint32_t)(uint16_t)(slots[s.a] ^ slots[s.b] ^ slots[s.c] ^ (uint16_t)s.wanted);
}

/* The bits that are set; a compiler that may not take the machine for a new one calls a function for it. */
static inline uint32_t ones(uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555ULL;
    x = (x & 0x3333333333333333ULL) + ((x >> 2) & 0x3333333333333333ULL);
    x = (x + (x >> 4)) & 0x0F0F0F0F0F0F0F0FULL;
    return (uint32_t)((x * 0x0101010101010101ULL) >> 56);
}

/* Where the code of a pair stands, or -1 where it was not counted. */
static inline int32_t pair(const Model *m, uint64_t at, unsigned right) {
    uint64_t word = m->bits[at] << (63 - (right & 63));
    int32_t place = (int32_t)(m->rank[at] + ones(word)) - 1;
    return (int64_t)word < 0 ? place : -1;
}

/* The positions behind a symbol that is the end of a context. No branch: whether it is, is anybody's guess. */
static inline int continued(const Known *known, int64_t from, int64_t to, size_t order, int64_t *open) {
    int k = 0;
    for (int64_t i = from; i < to; i++) {
        open[k] = i;
        k += ((const uint8_t *)&known[i - 1].context)[order] != 0;
    }
    return k;
}

/* ln p of each symbol after the four before it, and all that is known of it; both have room for n. */
void cleanup_score(const Model *m, const uint16_t *ids, int64_t n, float *out, Known *known) {
    uint64_t at[ROUND];
    int32_t place[ROUND];
    int64_t open[ROUND];
    Slots slots[ROUND];
    const uint64_t base = (uint64_t)m->base;
    for (int64_t lo = 0; lo < n; lo += ROUND) {
        const int64_t hi = lo + ROUND < n ? lo + ROUND : n;
        int k = 0;
        for (int64_t i = lo ? lo : 1; i < hi; i++) {
            at[i - lo] = (uint64_t)ids[i - 1] * (uint64_t)m->words + (ids[i] >> 6);
            __builtin_prefetch(m->bits + at[i - lo]);
            __builtin_prefetch(m->rank + at[i - lo]);
        }
        for (int64_t i = lo ? lo : 1; i < hi; i++) {
            place[i - lo] = pair(m, at[i - lo], ids[i]);
            if (place[i - lo] >= 0) __builtin_prefetch(m->codes + place[i - lo]);
        }
        for (int64_t i = lo ? lo : 1; i < hi; i++) {
            int32_t there = place[i - lo];
            uint16_t code = m->codes[there < 0 ? 0 : there];
            float p = m->unigram[ids[i]] + m->unigram_backoff[ids[i - 1]];
            out[i] = there < 0 ? p : m->book[0][code & 0xFF];
            known[i].log_prob[0] = known[i].log_prob[1] = known[i].log_prob[2] = out[i];
            known[i].context.two = there < 0 ? 0 : (uint8_t)(code >> 8);
            known[i].context.three = known[i].context.four = 0;
        }
        if (!lo) {
            out[0] = m->unigram[ids[0]];
            known[0].log_prob[0] = known[0].log_prob[1] = known[0].log_prob[2] = out[0];
            known[0].context.two = known[0].context.three = known[0].context.four = 0;
        }
        k = continued(known, lo > 2 ? lo : 2, hi, offsetof(Context, two), open);
        for (int j = 0; j < k; j++) {
            const uint16_t *w = ids + open[j];
            slots[j] = slots_of(m, 3, ((uint64_t)w[-2] * base + w[-1]) * base + w[0]);
            call32(m->slots3, slots[j]);
        }
        for (int j = 0; j < k; j++) {
            int64_t i = open[j];
            uint32_t code = code32(m->slots3, slots[j]);
            float p = out[i] + m->backoff[0][known[i - 1].context.two];
            out[i] = code < 65536 ? m->book[1][code & 0xFF] : p;
            known[i].log_prob[1] = known[i].log_prob[2] = out[i];
            known[i].context.three = code < 65536 ? (uint8_t)(code >> 8) : 0;
        }
        k = continued(known, lo > 3 ? lo : 3, hi, offsetof(Context, three), open);
        for (int j = 0; j < k; j++) {
            const uint16_t *w = ids + open[j];
            slots[j] = slots_of(m, 4, (((uint64_t)w[-3] * base + w[-2]) * base + w[-1]) * base + w[0]);
            call32(m->slots4, slots[j]);
        }
        for (int j = 0; j < k; j++) {
            int64_t i = open[j];
            uint32_t code = code32(m->slots4, slots[j]);
            float p = out[i] + m->backoff[1][known[i - 1].context.three];
            out[i] = code < 65536 ? m->book[2][code & 0xFF] : p;
            known[i].log_prob[2] = out[i];
            known[i].context.four = code < 65536 ? (uint8_t)(code >> 8) : 0;
        }
        k = continued(known, lo > 4 ? lo : 4, hi, offsetof(Context, four), open);
        for (int j = 0; j < k; j++) {
            const uint16_t *w = ids + open[j];
            slots[j] = slots_of(
                m, 5, ((((uint64_t)w[-4] * base + w[-3]) * base + w[-2]) * base + w[-1]) * base + w[0]);
            call16(m->slots5, slots[j]);
        }
        for (int j = 0; j < k; j++) {
            int64_t i = open[j];
            uint32_t code = code16(m->slots5, slots[j]);
            float p = out[i] + m->backoff[2][known[i - 1].context.four];
            out[i] = code < 64 ? m->book[3][code & 63] : p;
        }
    }
}

/* A change that is being weighed: the four symbols before, what is written, and the four behind. */
typedef struct {
    uint16_t window[REACH + LONGEST + REACH];
    Context context; /* of the symbol that was read last */
    double sum;      /* ln p of what was read of it so far, since the last time it was put away */
    double bound;    /* nats that the sum must be above in the end */
    int64_t row;
    const Known *behind; /* what the text knows of the four symbols behind */
} Change;

/* Reads one symbol of each of some changes; `step` counts from the first that is written, `behind` from the second of those
 * behind: of these shorter n-grams are as in the text, and not looked up.
 */
static void read_one(const Model *m, Change **changes, int n, int step, int behind) {
    uint64_t at[FLOCK];
    int32_t place[FLOCK];
    Slots three[FLOCK], four[FLOCK], five[FLOCK];
    const uint64_t base = (uint64_t)m->base;
    for (int j = 0; j < n; j++) {
        const uint16_t *w = changes[j]->window + step + REACH;
        Context c = changes[j]->context;
        if (behind < 0) {
            at[j] = (uint64_t)w[-1] * (uint64_t)m->words + (w[0] >> 6);
            __builtin_prefetch(m->bits + at[j]);
            __builtin_prefetch(m->rank + at[j]);
        }
        if (c.two && behind < 1) {
            three[j] = slots_of(m, 3, ((uint64_t)w[-2] * base + w[-1]) * base + w[0]);
            call32(m->slots3, three[j]);
        }
        if (c.three && behind < 2) {
            four[j] = slots_of(m, 4, (((uint64_t)w[-3] * base + w[-2]) * base + w[-1]) * base + w[0]);
            call32(m->slots4, four[j]);
        }
        if (c.four) {
            five[j] = slots_of(
                m, 5, ((((uint64_t)w[-4] * base + w[-3]) * base + w[-2]) * base + w[-1]) * base + w[0]);
            call16(m->slots5, five[j]);
        }
    }
    if (behind < 0)
        for (int j = 0; j < n; j++) {
            place[j] = pair(m, at[j], changes[j]->window[step + REACH]);
            if (place[j] >= 0) __builtin_prefetch(m->codes + place[j]);
        }
    for (int j = 0; j < n; j++) {
        Change *own = changes[j];
        const uint16_t *w = own->window + step + REACH;
        Context c = own->context, next = {0, 0, 0};
        float p;
        if (behind < 0) {
            p = m->unigram[w[0]] + m->unigram_backoff[w[-1]];
            if (place[j] >= 0) {
                uint16_t code = m->codes[place[j]];
                p = m->book[0][code & 0xFF];
                next.two = (uint8_t)(code >> 8);
            }
        } else {
            const Known *known = own->behind + behind + 1;
            p = known->log_prob[behind];
            next.two = known->context.two;
            if (behind > 0) next.three = known->context.three;
            if (behind > 1) next.four = known->context.four;
        }
        if (c.two && behind < 1) {
            uint32_t code = code32(m->slots3, three[j]);
            p += m->backoff[0][c.two];
            if (code < 65536) {
                p = m->book[1][code & 0xFF];
                next.three = (uint8_t)(code >> 8);
            }
        }
        if (c.three && behind < 2) {
            uint32_t code = code32(m->slots4, four[j]);
            p += m->backoff[1][c.three];
            if (code < 65536) {
                p = m->book[2][code & 0xFF];
                next.four = (uint8_t)(code >> 8);
            }
        }
        if (c.four) {
            uint32_t code = code16(m->slots5, five[j]);
            p += m->backoff[2][c.four];
            if (code < 64) p = m->book[3][code];
        }
        own->context = next;
        own->sum += p;
    }
}

/* Whether no n-gram that reaches into what is written is a context of what follows; then the text knows the rest. */
static int is_free(Context c, int behind) {
    return !((c.two && behind < 0) || (c.three && behind < 1) || c.four);
}

/* The gain of replacing ids[start:end] by k symbols, in its two parts; see gains.parts_of_changes.
 *
 * A change that cannot gain more than `least` is not read to its end: its `behind` is -inf then.
 * ceiling  what no ln p is above; rounded weights may sum up to more than 0
 */
void cleanup_changes(const Model *m, const uint16_t *ids, const double *upto, const Known *known, const int64_t *start,
                     const int64_t *end, const uint16_t *written, int64_t n, int k, double least, double ceiling,
                     float *here, float *behind) {
    static const double slack = 0.01; /* more than all that is lost by single precision */
    Change flock[FLOCK];
    Change *open[FLOCK];
    for (int64_t lo = 0; lo < n; lo += FLOCK) {
        int size = (int)(n - lo < FLOCK ? n - lo : FLOCK), left = size;
        for (int j = 0; j < size; j++) {
            Change *c = flock + j;
            int64_t a = start[lo + j], b = end[lo + j];
            for (int i = 0; i < REACH; i++) c->window[i] = ids[a - REACH + i];
            for (int i = 0; i < k; i++) c->window[REACH + i] = written[(lo + j) * k + i];
            for (int i = 0; i < REACH; i++) c->window[REACH + k + i] = ids[b + i];
            c->context = known[a - 1].context;
            c->behind = known + b;
            c->sum = 0.0;
            c->bound = upto[b + REACH] - upto[a] + least - slack;
            c->row = lo + j;
            open[j] = c;
            here[c->row] = 0.0f;
        }
        for (int step = 0; step < k + REACH && left; step++) {
            if (step == k)
                for (int j = 0; j < left; j++) {
                    here[open[j]->row] = (float)open[j]->sum;
                    open[j]->bound -= open[j]->sum;
                    open[j]->sum = 0.0;
                }
            read_one(m, open, left, step, step - k - 1);
            int kept = 0;
            for (int j = 0; j < left; j++) {
                Change *c = open[j];
                if (step >= k && step < k + REACH - 1 && is_free(c->context, step - k - 1)) {
                    for (int i = step - k; i < REACH - 1; i++) c->sum += c->behind[i + 1].log_prob[i];
                    if (c->sum > c->bound)
                        behind[c->row] = (float)c->sum;
                    else
                        behind[c->row] = -INFINITY;
                } else if (c->sum + ceiling * (k + REACH - 1 - step) > c->bound) {
                    open[kept++] = c;
                } else {
                    behind[c->row] = -INFINITY;
                }
            }
            left = kept;
        }
        for (int j = 0; j < left; j++) behind[open[j]->row] = (float)open[j]->sum;
        for (int64_t row = lo; row < lo + size; row++) {
            int64_t a = start[row], b = end[row];
            here[row] = (float)(here[row] - (upto[b] - upto[a]));
            behind[row] = (float)(behind[row] - (upto[b + REACH] - upto[b]));
        }
    }
}

/* ln p of k symbols written in front of a place and of the four behind, all summed up; `known` is of texts that hold four
 * symbols before each place and four behind.
 */
void cleanup_written(const Model *m, const uint16_t *ids, const Known *known, const int64_t *at, const uint16_t *written,
                     int64_t n, int k, double *out) {
    Change flock[FLOCK];
    Change *open[FLOCK];
    for (int64_t lo = 0; lo < n; lo += FLOCK) {
        int size = (int)(n - lo < FLOCK ? n - lo : FLOCK), left = size;
        for (int j = 0; j < size; j++) {
            Change *c = flock + j;
            const uint16_t *here = ids + at[lo + j];
            for (int i = 0; i < REACH; i++) c->window[i] = here[i - REACH];
            for (int i = 0; i < k; i++) c->window[REACH + i] = written[(lo + j) * k + i];
            for (int i = 0; i < REACH; i++) c->window[REACH + k + i] = here[i];
            c->context = known[at[lo + j] - 1].context;
            c->behind = known + at[lo + j];
            c->sum = 0.0;
            open[j] = c;
        }
        for (int step = 0; step < k + REACH && left; step++) {
            read_one(m, open, left, step, step - k - 1);
            int kept = 0;
            for (int j = 0; j < left; j++) {
                Change *c = open[j];
                if (step >= k && step < k + REACH - 1 && is_free(c->context, step - k - 1))
                    for (int i = step - k; i < REACH - 1; i++) c->sum += c->behind[i + 1].log_prob[i];
                else
                    open[kept++] = c;
            }
            left = kept;
        }
        for (int j = 0; j < size; j++) out[lo + j] = flock[j].sum;
    }
}

/* Which characters two rows give the most nats together, and where: for each place the best (`near` below 0), or all
 * that are above `least` and within `near` of the best.
 *
 * begins, ends  tables of `width` characters a row, a multiple of LANES, at most WIDEST
 * rough_begins, rough_ends  the same in a byte: nats lost in units of 1/UNITS, rounded down and FAR at most; FAR where a
 *              character cannot stand. A quarter to read, and what two of them say no character is better than.
 * left, right  the rows of what stands before and behind each place, shape (n,)
 * Writes (place, character) in order, at most n * width of them, and gives their number.
 */
WIDE int64_t cleanup_fitting(const float *begins, const float *ends, const uint8_t *rough_begins,
                             const uint8_t *rough_ends, int64_t width, const int64_t *left, const int64_t *right,
                             int64_t n, const float *least, float near, int64_t *place, int64_t *character) {
    int64_t found = 0;
    uint8_t lost[WIDEST];
    int32_t some[WIDEST];
    for (int64_t i = 0; i < n; i++) {
        const float *x = begins + left[i] * width, *y = ends + right[i] * width;
        const uint8_t *r = rough_begins + left[i] * width, *s = rough_ends + right[i] * width;
        uint8_t lanes[LANES], least_lost = 2 * FAR;
        if (i + 1 < n)
            for (int64_t j = 0; j < width; j += 64) {
                __builtin_prefetch(rough_begins + left[i + 1] * width + j);
                __builtin_prefetch(rough_ends + right[i + 1] * width + j);
            }
        for (int l = 0; l < LANES; l++) lanes[l] = 2 * FAR;
        for (int64_t j = 0; j < width; j += LANES)
            for (int l = 0; l < LANES; l++) {
                uint8_t both = (uint8_t)(r[j + l] + s[j + l]);
                lost[j + l] = both;
                lanes[l] = both < lanes[l] ? both : lanes[l];
            }
        for (int l = 0; l < LANES; l++) least_lost = lanes[l] < least_lost ? lanes[l] : least_lost;
        /* the best character loses less than two units more than that; what may be left loses no more than `most` */
        float most = (float)(least_lost + 2);
        if (near >= 0) {
            most += near * UNITS;
            if (least[i] > -most / UNITS) most = -least[i] * UNITS;
        }
        int k = 0;
        if (most + 1 < FAR) {
            if (most < 0) continue;
            const uint8_t bar = (uint8_t)(most + 1);
            for (int64_t j = 0; j < width; j += LANES) {
                uint8_t any = 0;
                for (int l = 0; l < LANES; l++) any |= (uint8_t)(lost[j + l] <= bar);
                if (!any) continue;
                for (int l = 0; l < LANES; l++) {
                    some[k] = (int32_t)(j + l);
                    k += lost[j + l] <= bar;
                }
            }
        } else {
            for (; k < width; k++) some[k] = k;
        }
        float best = -INFINITY;
        int at = 0;
        for (int j = 0; j < k; j++)
            if (x[some[j]] + y[some[j]] > best) {
                best = x[some[j]] + y[some[j]];
                at = some[j];
            }
        if (near < 0) {
            place[found] = i;
            character[found++] = at;
            continue;
        }
        float bar = best - near;
        bar = least[i] > bar ? least[i] : bar;
        for (int j = 0; j < k; j++)
            if (x[some[j]] + y[some[j]] > bar) {
                place[found] = i;
                character[found++] = some[j];
            }
    }
    return found;
}

/* How often sequences of k symbols stand in their texts, k of 1 to 5.
 *
 * from, to  the span of `ids` that is the text of each sequence, shape (n,)
 * wanted    the sequences, shape (n, k)
 * apart     whether those that overlap the one before are not counted
 */
WIDE void cleanup_count(const uint16_t *ids, const int64_t *from, const int64_t *to, const uint16_t *wanted, int64_t n,
                   int k, int apart, int64_t *out) {
    for (int64_t q = 0; q < n; q++) {
        const uint16_t *w = wanted + q * k;
        const int64_t end = to[q] - k + 1;
        const uint16_t first = w[0], last = w[k - 1];
        int64_t count = 0;
        for (int64_t lo = from[q]; lo < end; lo += COUNTED) {
            const int64_t hi = lo + COUNTED < end ? lo + COUNTED : end;
            uint16_t hits = 0; /* as wide as a symbol, so that the loop is as wide as can be */
            for (int64_t i = lo; i < hi; i++) hits += (uint16_t)((ids[i] == first) & (ids[i + k - 1] == last));
            if (!hits) continue;
            if (k < 3 && !apart) {
                count += hits;
                continue;
            }
            for (int64_t i = lo; i < hi; i++) {
                int j = 0;
                while (j < k && ids[i + j] == w[j]) j++;
                if (j < k) continue;
                count++;
                if (apart) i += k - 1;
                /* what it reaches into of the next stretch is taken */
                if (apart && i >= hi) lo += i - hi + 1;
            }
        }
        out[q] = count;
    }
}

/* How many characters of each kind some spans hold; a character may be of several, each a bit of `kinds`.
 *
 * start, end  of each span, shape (n,);  bits  shape (k,);  out  shape (k, n)
 */
void cleanup_kinds(const uint32_t *kinds, const int64_t *start, const int64_t *end, int64_t n, const uint32_t *bits,
                   int k, int64_t *out) {
    uint32_t asked = 0;
    for (int j = 0; j < k; j++) asked |= bits[j];
    for (int64_t s = 0; s < n; s++) {
        int64_t count[32] = {0};
        for (int64_t i = start[s]; i < end[s]; i++) {
            uint32_t own = kinds[i] & asked;
            while (own) {
                count[__builtin_ctz(own)]++;
                own &= own - 1;
            }
        }
        for (int j = 0; j < k; j++) out[j * n + s] = count[__builtin_ctz(bits[j])];
    }
}

/* Where each key would be put among sorted ones, before its equals. */
void cleanup_search(const uint64_t *keys, int64_t n, const uint64_t *wanted, int64_t m, int64_t *place) {
    for (int64_t lo = 0; lo < m; lo += FLOCK) {
        const int size = (int)(m - lo < FLOCK ? m - lo : FLOCK);
        for (int j = 0; j < size; j++) place[lo + j] = 0;
        for (int64_t left = n; left > 0;) {
            const int64_t half = (left + 1) / 2;
            for (int j = 0; j < size; j++) {
                int64_t at = place[lo + j];
                place[lo + j] = keys[at + half - 1] < wanted[lo + j] ? at + half : at;
            }
            left -= half;
        }
    }
}
