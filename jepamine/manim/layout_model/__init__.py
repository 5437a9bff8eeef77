"""The layout task: train and evaluate predictors of layouts from frames."""
