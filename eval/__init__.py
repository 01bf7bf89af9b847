"""The same pipeline over many questions: metrics, reports, calibration and timings."""
