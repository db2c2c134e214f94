// Motifs of l2g::compiled: files, scanning, seqlets and comparison.
#include <l2g/interpret/hits-inl.hpp>
#include <l2g/interpret/meme_suite-inl.hpp>
#include <l2g/interpret/motif_files-inl.hpp>
#include <l2g/interpret/scan-inl.hpp>
#include <l2g/interpret/score_distribution-inl.hpp>
#include <l2g/interpret/seqlet_motifs-inl.hpp>
#include <l2g/interpret/seqlets-inl.hpp>
#include <l2g/interpret/tomtom-inl.hpp>
