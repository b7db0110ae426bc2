"""Reports: what a derivative computes, shown to a person."""
