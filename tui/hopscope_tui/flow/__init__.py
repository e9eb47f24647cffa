"""What a flow's screen knows beside the flow: values, no widgets."""
