"""Files of Explore Education Statistics (EES): read, recognised, screened and landed."""
