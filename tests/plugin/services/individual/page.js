exports.handle = async (event) => event;
